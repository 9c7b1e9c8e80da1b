import Link from "next/link";
import type { AccessState } from "@/app/_components/access-state";
import { Mark } from "@/app/_components/icon";
import { Time } from "@/app/_components/time";
import type { Context } from "@/lib/context";
import type { HostCompliance, SpokenReason } from "@/lib/compliance/get-host-compliance";
import { Waterline } from "../waterline";
import { Timeline } from "./timeline";

const headlines: Record<AccessState, string> = { in: "Let in", held: "Blocked", unsure: "Unknown", loose: "Unmanaged" };

/** The verdict, because of what, how far the word of it has come, and what happened lately. */
export function AccessPanel({ ctx, access }: { ctx: Context; access: HostCompliance }) {
  const { accessState, changedAt } = access;
  return (
    <section aria-labelledby="verdict">
      <div className="verdict">
        <Mark name={accessState} className={`mk ${accessState}`} />
        <div>
          <h2 id="verdict">
            {headlines[accessState]}
            {changedAt && (
              <>
                {" "}
                since <Time at={changedAt} form="clock" />
              </>
            )}
          </h2>
          <p className="muted">
            {changedAt && (
              <>
                <Time at={changedAt} form="since" />.{" "}
              </>
            )}
            {meaning(access)}
          </p>
        </div>
      </div>
      <ol className="why" aria-label="Because">
        {access.reasons.map((reason) => (
          <Reason key={`${reason.code} ${reason.policyId ?? ""}`} reason={reason} />
        ))}
        {access.reasons.length === 0 && <li>Nothing is decided yet: the host hasn’t been assessed. That follows its first answers.</li>}
        {access.solved.map((reason) => (
          <li key={`solved ${reason.policyId ?? ""}`} className="gone in">
            <p>
              <b>{reason.sentence}</b> It passes now, so it no longer counts.
            </p>
          </li>
        ))}
        {access.assessAgainAt && (accessState === "unsure" || access.reasons.some(({ until }) => until)) && (
          <li>
            <p className="muted">
              Looked at again by itself at <Time at={access.assessAgainAt} form="clock" />.
            </p>
          </li>
        )}
      </ol>
      <Waterline steps={access.waterline} />
      <Timeline ctx={ctx} hostId={access.hostId} page={0} perPage={10} title="What happened" allHref={`/hosts/${access.hostId}?tab=activity`} />
    </section>
  );
}

function meaning({ accessState, decision, auditOnly, teamOn, userPrincipalName }: HostCompliance): string {
  const person = userPrincipalName || "Whoever uses it";
  if (auditOnly) return "Audit only: this is what would be sent. Nobody’s access changes.";
  if (!teamOn) return "Its team doesn’t take part, so Microsoft isn’t told about it.";
  switch (accessState) {
    case "held":
      return `${person} can’t sign in to apps behind Entra on this host.`;
    case "loose":
      return `Entra gets “not managed, not compliant”. ${person} can’t sign in to apps that ask for a managed device.`;
    case "in":
      return `${person} can sign in to apps behind Entra.`;
    case "unsure":
      return decision === "undecided" ? "There is no verdict yet. What Entra was told before stays." : "There is a verdict, but nobody to tell it about yet.";
  }
}

const colours: Record<string, AccessState> = {
  policy_failed: "held",
  policy_unknown: "held",
  stale: "held",
  mdm_off: "loose",
  mdm_not_ours: "loose",
  mdm_unknown: "loose",
  all_pass: "in",
  no_policies: "in",
  exception: "in",
};

function Reason({ reason }: { reason: SpokenReason }) {
  return (
    <li className={colours[reason.code] ?? "unsure"}>
      <p>
        {reason.policyId ? <Link href={`/policies/${reason.policyId}`}>{reason.sentence}</Link> : reason.sentence}
        {reason.since && (
          <span className="muted">
            {" "}
            Since <Time at={reason.since} form="clock" />.
          </span>
        )}
        {reason.until && (
          <span className="muted">
            {" "}
            Until <Time at={reason.until} form="clock" />.
          </span>
        )}
      </p>
    </li>
  );
}
