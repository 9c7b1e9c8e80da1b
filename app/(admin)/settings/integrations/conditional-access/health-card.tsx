import Link from "next/link";
import type { ReactNode } from "react";
import { CopyId } from "@/app/_components/copy-id";
import { formatSpan } from "@/app/_components/format-time";
import { Icon, Mark } from "@/app/_components/icon";
import { Notice } from "@/app/_components/notice";
import { Time } from "@/app/_components/time";
import { describeCloud } from "@/lib/compliance/entra/clouds";
import type { ConnectionHealth } from "@/lib/compliance/entra/get-connection-health";
import { counted } from "./say";

const dayMs = 86_400_000;

/** How a connection that was set up does: whom it serves, what arrived last, what waits, and what Entra says about the devices. */
export function HealthCard({ health, now }: { health: ConnectionHealth; now: Date }) {
  const { connection, counts } = health;
  if (connection.provider === "audit_only") return <WatchCard health={health} />;
  const waits =
    counts.queueDepth > 0
      ? `${counted(counts.queueDepth, "report waits", "reports wait")}${counts.oldestWaitingAt ? `, the oldest ${formatSpan(now.getTime() - counts.oldestWaitingAt.getTime())}` : ""}`
      : "None";
  return (
    <section aria-labelledby="health" style={{ display: "grid", gap: 18 }}>
      <h2 className="h2" id="health">
        Connection
      </h2>
      <CredentialNotice health={health} now={now} />
      <dl className="hc">
        <Fact label="Tenant">
          {connection.tenantDomain && <span className="sm">{connection.tenantDomain}</span>}
          <CopyId id={connection.tenantId} kind="tenant" />
        </Fact>
        <Fact label="Cloud">{describeCloud(connection.cloud).title}</Fact>
        <Fact label="Mode">Intune partner, macOS</Fact>
        <Fact label="Covers">{connection.groupName || <span className="faint">No group</span>}</Fact>
        <Fact label={connection.credentialKind === "certificate" ? "Certificate" : "Client secret"}>
          <code>{connection.credentialHint}</code>
          <span className="sm muted">
            {connection.credentialExpiresAt ? (
              <>
                until <Time at={connection.credentialExpiresAt} form="day" />
              </>
            ) : (
              "end not known here"
            )}
          </span>
        </Fact>
        <Fact label="Partner in Intune">{connection.partnerState || <span className="faint">Not readable</span>}</Fact>
        <Fact label="Last sign of life to Intune">
          <Time at={connection.lastHeartbeatAt} none="None yet" />
          {connection.heartbeatError && <span className="sm unsure">{connection.heartbeatError}</span>}
        </Fact>
        <Fact label="Last accepted by Microsoft">
          <Time at={counts.lastAcceptedAt} none="None yet" />
        </Fact>
        <Fact label="Last confirmed in Entra">
          <Time at={counts.lastConfirmedAt} none="None yet" />
        </Fact>
        <Fact label="Waiting">
          {waits}
          {connection.pausedUntil && connection.pausedUntil > now && (
            <span className="sm muted">Microsoft asked us to wait {formatSpan(connection.pausedUntil.getTime() - now.getTime())}</span>
          )}
        </Fact>
        <Fact label="Needs attention">
          {counts.attention > 0 ? <span className="held">{counted(counts.attention, "report", "reports")}</span> : <span className="faint">0</span>}
        </Fact>
        <Fact label="Not registered with Entra">
          {counts.hostsWithoutIdentity > 0 ? counted(counts.hostsWithoutIdentity, "host", "hosts") : <span className="faint">0</span>}
        </Fact>
      </dl>
      <Devices health={health} />
    </section>
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

function Devices({ health: { counts } }: { health: ConnectionHealth }) {
  if (counts.devicesAgreed + counts.devicesDiffering + counts.devicesUnread + counts.devicesGone === 0) {
    return (
      <p className="muted">
        No device was told yet. Reports begin when gating is switched on for a team, in <Link href="/policies">Policies</Link> › Gate access.
      </p>
    );
  }
  const rows: [word: string, count: number, note: string][] = [
    ["Entra agrees", counts.devicesAgreed, "It says what we told it."],
    ["Entra disagrees", counts.devicesDiffering, "It says something else. We tell it again."],
    ["Not read yet", counts.devicesUnread, "Told, and not looked up since."],
    ["Gone from Entra", counts.devicesGone, "Someone deleted the device. The person registers again."],
  ];
  return (
    <table className="tbl flat">
      <caption className="vh">Devices by what Entra says about them</caption>
      <thead>
        <tr>
          <th scope="col" style={{ width: "34%" }}>
            Devices
          </th>
          <th scope="col" className="num" style={{ width: 72 }}>
            Count
          </th>
          <th scope="col" className="c-md">
            Meaning
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([word, count, note]) => (
          <tr key={word}>
            <td>{word}</td>
            <td className={`num${count === 0 ? " faint" : ""}`}>{count}</td>
            <td className="c-md muted">{note}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function CredentialNotice({ health: { connection }, now }: { health: ConnectionHealth; now: Date }) {
  if (!connection.credentialExpiresAt) return null;
  const days = Math.ceil((connection.credentialExpiresAt.getTime() - now.getTime()) / dayMs);
  if (days > 30) return null;
  const name = connection.credentialKind === "certificate" ? "certificate" : "client secret";
  if (days <= 0) return <Notice kind="held">The {name} has expired. Reports wait, access stays as it was. Add a new one below.</Notice>;
  return (
    <Notice kind="unsure">
      The {name} expires in {counted(days, "day", "days")}, on <Time at={connection.credentialExpiresAt} form="clock" />. Then reports wait. Add a new one below
      before that.
    </Notice>
  );
}

function WatchCard({ health }: { health: ConnectionHealth }) {
  const { counts, connection } = health;
  return (
    <section aria-labelledby="health" style={{ display: "grid", gap: 18 }}>
      <h2 className="h2" id="health">
        Watch only
      </h2>
      <p className="lede muted">
        Verdicts are reached and kept, and none is sent: nobody is blocked and nobody is let in by this server. Since{" "}
        <Time at={connection.connectedAt} form="clock" />.
      </p>
      <ul style={{ display: "flex", flexWrap: "wrap", gap: 20 }}>
        {(
          [
            ["in", "would be let in", counts.hostsIn],
            ["held", "would be blocked", counts.hostsHeld],
            ["unsure", "unknown", counts.hostsUnsure],
            ["loose", "unmanaged", counts.hostsLoose],
          ] as const
        ).map(([state, words, count]) => (
          <li key={state} className={`st ${state}`}>
            <Mark name={state} />
            {count} {words}
          </li>
        ))}
      </ul>
      <p className="note sea">
        <Icon name="info" />
        <span>These are the hosts of teams whose gating is on. To report them, connect a tenant below.</span>
      </p>
    </section>
  );
}
