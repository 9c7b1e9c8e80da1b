import Link from "next/link";
import { Icon, Mark } from "@/app/_components/icon";
import { CopyId } from "@/app/_components/copy-id";
import { describeCloud } from "@/lib/compliance/entra/clouds";
import type { Connection } from "@/lib/compliance/entra/connection";
import { connectionText, type Remedy } from "@/lib/compliance/entra/connection-texts";
import { giveConsent, retryStep } from "./actions";
import { ActionButton } from "./action-button";
import { TriesAgain } from "./refresh-while";
import { emphasised } from "./say";

interface ProblemProps {
  code: string;
  connection: Connection;
  /** Where it stopped, in words. */
  where: string;
  now: Date;
  canWrite: boolean;
  /** What is said instead of the code's own words, where they don't fit. */
  instead?: { explanation: string; fix: string[] };
}

/** What is wrong, why Microsoft did that, what to do in order, the buttons, when it goes on by itself, and the details for support, folded. */
export function ProblemSection({ code, connection, where, now, canWrite, instead }: ProblemProps) {
  const { title, remedies, ...words } = connectionText(code, connection);
  const { explanation, fix } = instead ?? words;
  const retriesAt = connection.errorCode === code && connection.nextStepAt && connection.nextStepAt > now ? connection.nextStepAt : null;
  return (
    <section aria-labelledby="problem">
      <p className="st held">
        <Mark name="held" />
        {where}
      </p>
      <h2 className="wtitle" id="problem">
        {title}
      </h2>
      <p className="lede muted">{explanation}</p>
      <ol className="fix">
        {fix.map((line) => (
          <li key={line}>
            <p>{emphasised(line)}</p>
          </li>
        ))}
      </ol>
      <div className="wacts">
        {canWrite && remedies.map((remedy, index) => <RemedyButton key={remedy} remedy={remedy} connection={connection} isFirst={index === 0} />)}
        {retriesAt && <TriesAgain key={retriesAt.toISOString()} at={retriesAt.toISOString()} now={now.toISOString()} />}
      </div>
      <SupportDetails code={code} connection={connection} />
    </section>
  );
}

function RemedyButton({ remedy, connection, isFirst }: { remedy: Remedy; connection: Connection; isFirst: boolean }) {
  const kind = isFirst ? "primary" : "plain";
  switch (remedy) {
    case "consent":
      return (
        <ActionButton action={giveConsent} connectionId={connection.id} sending="Going to Microsoft…" kind={kind}>
          Give consent again
        </ActionButton>
      );
    case "retry":
      return (
        <ActionButton action={retryStep} connectionId={connection.id} sending="Trying again…" kind={kind} icon="again">
          Try this step again
        </ActionButton>
      );
    case "open_intune":
      return <Outside href={describeCloud(connection.cloud).intunePortalUrl} kind={kind} text="Open Intune" />;
    case "open_entra":
      return <Outside href={describeCloud(connection.cloud).entraPortalUrl} kind={kind} text="Open Entra" />;
    case "public_url":
      return (
        <Link className={`btn ${kind}`} href="/settings/organisation">
          Change the address
        </Link>
      );
    // Their forms stand below the text.
    case "credential":
    case "group":
    case "start_again":
    case "audit_only":
      return null;
  }
}

function Outside({ href, kind, text }: { href: string; kind: string; text: string }) {
  return (
    <a className={`btn ${kind}`} href={href} target="_blank" rel="noreferrer">
      {text}
      <Icon name="out" />
    </a>
  );
}

const labels: Record<string, string> = {
  requestId: "Request id",
  clientRequestId: "Our request id",
  status: "Status",
  innerStatus: "Status in the body",
  microsoftCode: "Microsoft’s code",
  answer: "Answer",
  errorDetail: "Error detail",
  service: "Service",
  address: "Address",
  expected: "Expected tenant",
  got: "Tenant that came back",
  groupId: "Group id",
  at: "Time",
};

function SupportDetails({ code, connection }: { code: string; connection: Connection }) {
  const detail = connection.errorCode === code ? connection.errorDetail : {};
  const known = Object.entries(labels).flatMap(([key, label]) => {
    const value = detail[key];
    return typeof value === "string" || typeof value === "number" ? [{ key, label, value: String(value) }] : [];
  });
  return (
    <details className="fold sm">
      <summary>Details for Microsoft support</summary>
      <dl className="facts sup">
        <div>
          <dt>Code</dt>
          <dd>
            <code>{code}</code>
          </dd>
        </div>
        {connection.tenantId && (
          <div>
            <dt>Tenant</dt>
            <dd>
              <CopyId id={connection.tenantId} kind="tenant" cut={false} />
            </dd>
          </div>
        )}
        {known.map(({ key, label, value }) => (
          <div key={key}>
            <dt>{label}</dt>
            <dd>
              {key.endsWith("equestId") ? (
                <CopyId id={value} kind="request" cut={false} />
              ) : key === "answer" || key === "errorDetail" ? (
                value
              ) : (
                <code>{value}</code>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
