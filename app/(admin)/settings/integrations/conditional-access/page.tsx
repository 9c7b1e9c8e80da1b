import type { Metadata } from "next";
import { PageHeader } from "@/app/_components/page-header";
import { NoPermission } from "@/app/_components/blank";
import { Notice } from "@/app/_components/notice";
import { Time } from "@/app/_components/time";
import { requireAdmin } from "@/lib/auth/require-admin";
import { isAllowed } from "@/lib/authorize";
import type { Connection } from "@/lib/compliance/entra/connection";
import { connectionErrorCodes, isSetUp } from "@/lib/compliance/entra/connection-state";
import { connectionText } from "@/lib/compliance/entra/connection-texts";
import { getConnectionDefaults } from "@/lib/compliance/entra/get-connection-defaults";
import { getConnectionHealth, type ConnectionHealth } from "@/lib/compliance/entra/get-connection-health";
import { suggestedGroupName } from "@/lib/compliance/entra/entra-groups";
import type { Context } from "@/lib/context";
import { retryStep } from "./actions";
import { ActionButton } from "./action-button";
import { ConnectForm } from "./connect-form";
import { CredentialForm } from "./credential-form";
import { DisconnectDialog } from "./disconnect-dialog";
import { Fold } from "./fold";
import { GroupPicker } from "./group-picker";
import { HealthCard } from "./health-card";
import { PermissionsTable } from "./permissions-table";
import { ProblemSection } from "./problem-section";
import { RefreshWhile } from "./refresh-while";
import { SetupSection } from "./setup-section";
import { TestButton } from "./test-button";
import { stepCount, wizardProgress } from "./wizard-progress";
import { WizardSteps } from "./wizard-steps";
import "./connect.css";

export const metadata: Metadata = { title: "Conditional access" };
export const dynamic = "force-dynamic";

const crumbs = [
  { href: "/settings", text: "Settings" },
  { href: "/settings/integrations", text: "Integrations" },
];

/** Connecting a tenant step by step, and how the connection does afterwards. */
export default async function ConditionalAccessPage({ searchParams }: { searchParams: Promise<{ problem?: string | string[] }> }) {
  const ctx = await requireAdmin();
  const health = await getConnectionHealth(ctx);
  const { problem } = await searchParams;
  const facts = { ctx, now: ctx.now(), canWrite: isAllowed(ctx, "connection:write"), problem: typeof problem === "string" ? problem : "" };
  if (!health) return <StartPage {...facts} />;
  return isSetUp(health.connection) || health.connection.state.startsWith("disconnect") ? (
    <CardPage {...facts} health={health} />
  ) : (
    <WizardPage {...facts} health={health} />
  );
}

interface Facts {
  ctx: Context;
  now: Date;
  canWrite: boolean;
  problem: string;
}

async function StartPage({ ctx, now, canWrite, problem }: Facts) {
  return (
    <>
      <PageHeader title="Connect Microsoft Entra" crumbs={crumbs} />
      {canWrite ? (
        <div className="pad wiz">
          <WizardSteps steps={wizardProgress(null).steps} />
          <div className="wmain">
            <CallbackNotice problem={problem} connection={null} now={now} />
            <section aria-labelledby="start">
              <h2 className="wtitle" id="start">
                Which tenant, and which app?
              </h2>
              <p className="lede muted" style={{ marginBottom: 18 }}>
                This server signs in to Microsoft with an app registration of your own. Nothing is sent before an admin of the tenant has given consent, and
                nobody is blocked before you switch gating on for a team.
              </p>
              <ConnectForm defaults={await getConnectionDefaults(ctx)} given={null} />
            </section>
          </div>
        </div>
      ) : (
        <div className="pad">
          <NoPermission>No tenant is connected. Connecting one needs the admin role.</NoPermission>
        </div>
      )}
    </>
  );
}

async function WizardPage({ ctx, now, canWrite, problem, health }: Facts & { health: ConnectionHealth }) {
  const { connection } = health;
  const { steps, current } = wizardProgress(health);
  const code = connection.errorCode;
  const offers = code ? connectionText(code, connection).remedies : [];
  const isMoving = !code && connection.state !== "awaiting_consent";
  return (
    <>
      <PageHeader title="Connect Microsoft Entra" crumbs={crumbs}>
        {canWrite && <DisconnectDialog connectionId={connection.id} name={nameOf(connection)} blocked={0} told={0} kind="undo" />}
      </PageHeader>
      <div className="pad wiz">
        <WizardSteps steps={steps} />
        <div className="wmain">
          <RefreshWhile seconds={isMoving ? 1.5 : 5} />
          {!isMoving && code === "" && <CallbackNotice problem={problem} connection={connection} now={now} />}
          {code ? (
            <ProblemSection code={code} connection={connection} where={`Stopped at step ${current} of ${stepCount}`} now={now} canWrite={canWrite} />
          ) : (
            <SetupSection connection={connection} current={current} now={now} canWrite={canWrite} />
          )}
          {canWrite && offers.includes("group") && <GroupPicker connectionId={connection.id} chosen={connection.groupId} suggested={suggestedGroupName} />}
          {canWrite && offers.includes("credential") && <CredentialForm connectionId={connection.id} />}
          {connection.rolesCheckedAt && (
            <PermissionsTable
              permissions={health.permissions}
              title="Permissions, step 3"
              note={
                <>
                  {health.permissions.filter(({ granted }) => granted).length} of {health.permissions.length}, checked <Time at={connection.rolesCheckedAt} />{" "}
                  from a fresh token
                </>
              }
            />
          )}
          {canWrite && (
            <Fold summary={offers.includes("audit_only") ? "Use audit only, or change tenant, cloud or app" : "Change tenant, cloud or app"}>
              <ConnectForm
                defaults={await getConnectionDefaults(ctx)}
                given={{ tenant: connection.tenantDomain || connection.tenantId, cloud: connection.cloud, clientId: connection.clientId }}
              />
            </Fold>
          )}
          <Notice kind="sea">
            Intune lists only partners that Microsoft approved. If yours isn’t in the list, use audit only: verdicts are kept, none is sent.
          </Notice>
        </div>
      </div>
    </>
  );
}

async function CardPage({ ctx, now, canWrite, problem, health }: Facts & { health: ConnectionHealth }) {
  const { connection, counts, permissions } = health;
  const leaving = connection.state === "disconnecting";
  const failedToLeave = connection.state === "disconnect_failed";
  const watches = connection.provider === "audit_only";
  const moving = leaving || health.steps.some(({ state }) => state === "todo" || state === "running");
  const told = counts.devicesAgreed + counts.devicesDiffering + counts.devicesUnread;
  const leave = { connectionId: connection.id, name: nameOf(connection), blocked: counts.hostsHeld + counts.hostsLoose, told };
  return (
    <>
      <PageHeader title={titleOf(connection)} crumbs={crumbs}>
        {canWrite && !leaving && !failedToLeave && <DisconnectDialog {...leave} kind={watches ? "stop_watching" : "disconnect"} />}
      </PageHeader>
      <div className="pad card-page">
        <RefreshWhile seconds={moving ? 2 : 30} />
        <CallbackNotice problem={problem} connection={connection} now={now} />
        {leaving && (
          <Notice kind="sea">
            {connection.onDisconnect === "leave"
              ? "Leaving the tenant."
              : `Telling every device its last word (${connection.onDisconnect}) before we leave. This takes 15 minutes at most.`}{" "}
            This page follows.
          </Notice>
        )}
        {connection.errorCode !== "" && (
          <ProblemSection
            code={connection.errorCode}
            connection={connection}
            where={failedToLeave ? "Microsoft didn’t let us leave" : connection.state === "degraded" ? "Needs somebody" : "Nothing is sent"}
            now={now}
            canWrite={canWrite && !failedToLeave}
            {...(failedToLeave && { instead: whenLeavingFailed })}
          />
        )}
        {canWrite && failedToLeave && (
          <div className="wacts">
            <DisconnectDialog {...leave} kind="again" />
            <DisconnectDialog {...leave} kind="force" />
          </div>
        )}
        <HealthCard health={health} now={now} />
        {canWrite && !watches && !leaving && !failedToLeave && (
          <section aria-labelledby="test" style={{ display: "grid", gap: 10 }}>
            <h2 className="h2" id="test">
              Test
            </h2>
            <p className="muted">Signs in, reads permissions, addresses, group and partner state. Writes nothing.</p>
            <TestButton connectionId={connection.id} />
          </section>
        )}
        {!watches && connection.rolesCheckedAt && (
          <PermissionsTable
            permissions={permissions}
            title="Permissions"
            note={
              <>
                Checked <Time at={connection.rolesCheckedAt} /> from a fresh token
              </>
            }
          />
        )}
        {canWrite && watches && (
          <Fold summary="Connect a tenant">
            <ConnectForm defaults={await getConnectionDefaults(ctx)} given={null} />
          </Fold>
        )}
        {canWrite && !watches && !leaving && !failedToLeave && <Changes connection={connection} moving={moving} />}
      </div>
    </>
  );
}

function Changes({ connection, moving }: { connection: Connection; moving: boolean }) {
  return (
    <section aria-labelledby="changes" style={{ display: "grid", gap: 6 }}>
      <h2 className="h2" id="changes">
        Change
      </h2>
      <Fold summary="Replace the secret or certificate" open={connection.state === "credential_error"}>
        <CredentialForm connectionId={connection.id} />
      </Fold>
      <Fold summary="Cover another group" open={connection.errorCode.startsWith("group_")}>
        <GroupPicker connectionId={connection.id} chosen={connection.groupId} suggested={suggestedGroupName} />
      </Fold>
      {moving && connection.errorCode === "" && (
        <div className="wacts sm muted">
          Trying the change at Microsoft.
          <ActionButton action={retryStep} connectionId={connection.id} sending="Trying…" kind="quiet">
            Try now
          </ActionButton>
        </div>
      )}
    </section>
  );
}

/** What the way back from Microsoft ended in, as far as it isn't kept with the connection. Only codes we know are said. */
function CallbackNotice({ problem, connection, now }: { problem: string; connection: Connection | null; now: Date }) {
  if (problem === "permission_denied")
    return <Notice kind="unsure">Microsoft’s answer wasn’t taken: your role doesn’t allow connecting a tenant. Ask an admin to do it.</Notice>;
  // Going through sign-in, a browser may follow the way back twice: the second time isn't news to somebody whose consent was just taken.
  const justTaken = connection?.consentedAt && now.getTime() - connection.consentedAt.getTime() < 120_000;
  if (problem === "state_invalid" && justTaken) return null;
  if (!(connectionErrorCodes as readonly string[]).includes(problem) || connection?.errorCode === problem) return null;
  const { title, explanation } = connectionText(
    problem,
    connection ?? { cloud: "global", tenantId: "", credentialKind: "none", groupName: "", errorDetail: {}, connectedAt: null },
  );
  return (
    <Notice kind="unsure">
      <b>{title}.</b> {explanation}
    </Notice>
  );
}

const whenLeavingFailed = {
  explanation: "Nothing was removed here, no report goes out, and nobody’s access changes. It isn’t tried again by itself.",
  fix: [
    "Try again once Microsoft answers, or once the app has its rights back.",
    "Or force it: then only this server forgets the tenant, and you remove the partner in Intune yourself.",
  ],
};

function titleOf(connection: Connection): string {
  const name = nameOf(connection);
  if (connection.state === "disconnecting") return `Disconnecting ${name}`;
  if (connection.state === "disconnect_failed") return `${name} isn’t disconnected yet`;
  if (connection.provider === "audit_only") return "Watching, not reporting";
  if (connection.state === "credential_error" || connection.state === "consent_incomplete") return `Reports to ${name} wait`;
  return connection.state === "degraded" ? `${name} needs somebody` : `${name} is connected`;
}

function nameOf(connection: Connection): string {
  if (connection.provider === "audit_only") return "Watch only";
  return connection.tenantDomain || `Tenant ${connection.tenantId.slice(0, 8)}…`;
}
