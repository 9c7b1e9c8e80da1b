import { Icon } from "@/app/_components/icon";
import type { Connection } from "@/lib/compliance/entra/connection";
import { giveConsent, retryStep } from "./actions";
import { ActionButton } from "./action-button";
import { TriesAgain } from "./refresh-while";
import { stepCount } from "./wizard-progress";

interface SetupProps {
  connection: Connection;
  current: number;
  now: Date;
  canWrite: boolean;
}

/** The present step while nothing is wrong: waiting for consent, for Microsoft to spread the news, or for the job that does the rest. */
export function SetupSection({ connection, current, now, canWrite }: SetupProps) {
  if (connection.state === "awaiting_consent") {
    return (
      <section aria-labelledby="present">
        <p className="st muted">
          <Icon name="hour" />
          Step {current} of {stepCount}
        </p>
        <h2 className="wtitle" id="present">
          An admin of the tenant gives consent
        </h2>
        <p className="lede muted">
          Microsoft shows what the app may do and asks a Global Administrator or Privileged Role Administrator to accept. You come back here, and the rest goes
          by itself. Nobody’s access changes.
        </p>
        {canWrite ? (
          <div className="wacts" style={{ marginTop: 18 }}>
            <ActionButton action={giveConsent} connectionId={connection.id} sending="Going to Microsoft…" kind="primary">
              Give consent at Microsoft
            </ActionButton>
            <ActionButton action={retryStep} connectionId={connection.id} sending="Looking…" kind="plain" icon="again">
              Consent was given, look again
            </ActionButton>
            <span className="sm faint">The way back is open for 15 minutes.</span>
          </div>
        ) : (
          <p className="muted">Asking for it needs the admin role here.</p>
        )}
        <p className="sm muted" style={{ marginTop: 14 }}>
          Microsoft’s page has to name tenant <code>{connection.tenantId}</code>.
        </p>
      </section>
    );
  }
  const spreads = connection.state === "propagating";
  return (
    <section aria-labelledby="present" aria-live="polite">
      <p className="st muted">
        <Icon name="again" className="ic spin" />
        Step {current} of {stepCount}
      </p>
      <h2 className="wtitle" id="present">
        {spreads ? "Microsoft spreads the news" : "Setting up the tenant"}
      </h2>
      <p className="lede muted">
        {spreads
          ? "Consent was given, but not every part of Microsoft knows it yet. That usually takes seconds, and up to 5 minutes. Nothing for you to do."
          : "This takes a few seconds. You may leave this page; it goes on by itself."}
      </p>
      {spreads && connection.nextStepAt && connection.nextStepAt > now && (
        <p style={{ marginTop: 12 }}>
          <TriesAgain key={connection.nextStepAt.toISOString()} at={connection.nextStepAt.toISOString()} now={now.toISOString()} />
        </p>
      )}
    </section>
  );
}
