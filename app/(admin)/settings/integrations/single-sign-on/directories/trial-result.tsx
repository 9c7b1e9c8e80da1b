import type { ReactNode } from "react";
import { CopyId } from "@/app/_components/copy-id";
import { Icon, Mark } from "@/app/_components/icon";
import { Notice } from "@/app/_components/notice";
import { Time } from "@/app/_components/time";
import { secretProblemOf, trialState, type Directory } from "@/lib/sso/oidc/directory";

/** What the last trial of these settings saw: who signed in, what would become of them, or why it failed. */
export function TrialResult({ directory, now }: { directory: Directory; now: Date }) {
  const { trial } = directory;
  const refused = secretProblemOf(directory);
  if (refused) {
    return (
      <Notice kind="held">
        Nobody can sign in: {refused.code === "secret_expired" ? "the client secret has expired" : "Microsoft no longer knows the client secret"}, first noticed{" "}
        <Time at={new Date(refused.at)} />. Make a new one in Entra and put it in below.
      </Notice>
    );
  }
  const state = trialState(directory, now);
  if (!trial || state === "none") {
    return (
      <p className="lede muted">
        Sign in through the directory yourself before it counts for anyone. A trial shows what Microsoft says about you and what would come of it; it changes
        nothing.
      </p>
    );
  }
  if (state === "waiting") {
    return (
      <p className="st muted">
        <Icon name="again" className="ic spin" />
        Waiting for {trial.startedBy.name} to sign in in the second window. The way back is open for 15 minutes.
      </p>
    );
  }
  if (state === "lapsed") return <Notice kind="unsure">The last trial, begun by {trial.startedBy.name}, was never finished.</Notice>;
  if (state === "failed") {
    return (
      <Notice kind="held">
        It didn’t work: {trial.problem?.text ?? "the reason isn’t known."} {trial.problem?.detail && <span className="muted">({trial.problem.detail})</span>}
      </Notice>
    );
  }
  return (
    <>
      <p className="st in">
        <Mark name="in" />
        <span>
          It works. {trial.startedBy.name} tried it <Time at={new Date(trial.finishedAt ?? trial.startedAt)} />.
        </span>
      </p>
      {trial.admission && !trial.admission.admitted && (
        <Notice kind="unsure">Microsoft’s answer is good, and this person would still be kept out: {trial.admission.text}</Notice>
      )}
      {trial.person && <Seen person={trial.person} admission={trial.admission} />}
    </>
  );
}

type Trial = NonNullable<Directory["trial"]>;

function Seen({ person, admission }: { person: NonNullable<Trial["person"]>; admission: Trial["admission"] }) {
  const groups = `${person.groups}${person.groupsTruncated ? ", and more than fit: use app roles" : ""}`;
  return (
    <dl className="facts sup">
      <Fact label="Person">
        {person.name || "without a name"}
        {person.email && person.email !== person.name && <span className="muted">, {person.email}</span>}
      </Fact>
      {admission?.admitted && <Fact label="Would come in as">{admission.text}</Fact>}
      {!person.emailIsProof && person.email && (
        <Fact label="Mail address">
          <span className="unsure">Not confirmed by the tenant, so it finds no user and makes none.</span>
        </Fact>
      )}
      <Fact label="Object ID">
        <CopyId id={person.objectId} />
      </Fact>
      <Fact label="App roles">{person.appRoles.length > 0 ? person.appRoles.join(", ") : <span className="faint">none</span>}</Fact>
      <Fact label="Groups">{person.groups === 0 && !person.groupsTruncated ? <span className="faint">none in the token</span> : groups}</Fact>
    </dl>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
