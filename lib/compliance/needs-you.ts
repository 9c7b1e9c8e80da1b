import type { AttentionRow, ConnectionHealth, EndingException } from "./overview-queries";

/** One thing that waits for an admin. `at` null: now. The link's words come first or stand inside `before` and `after`. */
export interface NeedsYou {
  key: string;
  at: Date | null;
  before: string;
  link: { text: string; href: string };
  after: string;
}

const integration = "/settings/integrations/conditional-access";

// Subject for one and for many, then what it means.
const attentionTexts: Record<string, [one: string, many: string, after: string]> = {
  report_mismatch: ["Entra disagrees on", "Entra disagrees on", "It shows another answer than we sent."],
  user_not_found: ["Entra doesn’t know the person of", "Entra doesn’t know the people of", "Their verdicts can’t be sent."],
  user_disabled: ["The person is disabled in Entra:", "The people are disabled in Entra:", ""],
  device_not_found: ["Entra doesn’t know", "Entra doesn’t know", "Someone may have deleted the device; it has to be registered again."],
  report_failed: ["Microsoft keeps failing the report of", "Microsoft keeps failing the reports of", "It isn’t tried again by itself for 24 hours."],
  report_rejected: ["Microsoft refused the report of", "Microsoft refused the reports of", "Send it again once the cause is mended."],
  reports_refused: ["Microsoft refuses every report of", "Microsoft refuses every report of", "Check its permissions and that Microsoft still lists the app."],
  report_forbidden: ["A permission is missing to report", "A permission is missing to report", "See the connection."],
  identity_conflict: ["Two hosts claim one Entra device:", "Two hosts claim one Entra device:", "The newer one isn’t reported."],
  policy_query_at_fault: ["No usable answer on many hosts:", "No usable answer on many hosts:", "The query is at fault and blocks nobody."],
};

const stateTexts: Record<string, string> = {
  awaiting_consent: "waits for an administrator’s consent",
  consent_declined: "was declined consent",
  consent_incomplete: "lacks a permission",
  credential_error: "can’t sign in to Microsoft: its credential is refused",
  disconnect_failed: "couldn’t be disconnected",
  degraded: "is hampered",
};

const dayMs = 86_400_000;

/** What waits for an admin, most pressing first: what is wrong now, then what ends soon. Pure. */
export function listNeedsYou(attention: AttentionRow[], exceptions: EndingException[], connections: ConnectionHealth[], now: Date): NeedsYou[] {
  return [
    ...connections.flatMap((connection) => {
      const text = stateTexts[connection.state];
      return text
        ? [{ key: `connection:${connection.id}`, at: null, before: "The connection to", link: { text: connection.name, href: integration }, after: text }]
        : [];
    }),
    ...attention.filter(({ code }) => !code.startsWith("credential_expires")).map(attentionItem),
    ...[...exceptions.map(exceptionItem), ...connections.flatMap((connection) => credentialItem(connection, now))].sort(
      (a, b) => (a.at?.getTime() ?? 0) - (b.at?.getTime() ?? 0),
    ),
  ];
}

function attentionItem(row: AttentionRow): NeedsYou {
  const [one, many, after] = attentionTexts[row.code] ?? [sentence(row.code), sentence(row.code), ""];
  const link =
    row.hostId !== null && row.hostName !== null
      ? { text: row.hostName, href: `/hosts/${row.hostId}` }
      : row.policyId !== null
        ? { text: row.policyName ?? "a deleted policy", href: `/policies/${row.policyId}` }
        : row.code === "policy_query_at_fault"
          ? { text: `${row.count} policies`, href: "/policies" }
          : { text: row.count === 1 ? "the connection" : `${row.count} hosts`, href: row.count === 1 ? integration : `/hosts?attention=${row.code}` };
  return { key: row.code, at: null, before: row.count === 1 ? one : many, link, after };
}

function exceptionItem({ hostId, hostName, expiresAt }: EndingException): NeedsYou {
  return { key: `exception:${hostId}`, at: expiresAt, before: "Exception for", link: { text: hostName, href: `/hosts/${hostId}` }, after: "ends" };
}

function credentialItem({ id, name, credentialExpiresAt }: ConnectionHealth, now: Date): NeedsYou[] {
  if (!credentialExpiresAt || credentialExpiresAt.getTime() - now.getTime() > 30 * dayMs) return [];
  const ended = credentialExpiresAt <= now;
  return [
    {
      key: `credential:${id}`,
      at: ended ? null : credentialExpiresAt,
      before: "The credential for",
      link: { text: name, href: integration },
      after: ended ? "has expired" : "expires",
    },
  ];
}

function sentence(code: string): string {
  const words = code.replaceAll("_", " ");
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}:`;
}
