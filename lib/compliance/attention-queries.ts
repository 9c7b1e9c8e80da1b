import { statement, type Sql } from "@/lib/db/sql";

/** Something an admin has to look at. `subject` names what it is about, such as `host:17`. */
export interface NewAttentionItem {
  code: string;
  subject: string;
  hostId?: number | null;
  policyId?: number | null;
  details?: Record<string, unknown>;
}

const open = statement(
  "compliance.open_attention",
  `insert into attention_items (code, subject, host_id, policy_id, details, created_at)
   select v.code, v.subject, v.host_id, v.policy_id, v.details, $2::timestamptz
   from jsonb_to_recordset($1::text::jsonb) as v (code text, subject text, host_id int, policy_id int, details jsonb) order by v.code, v.subject
   on conflict (code, subject) where ended_at is null do nothing returning code, subject`,
);

/** Opens items, each unless the same one is open. @returns the new ones */
export async function openAttentions(sql: Sql, items: readonly NewAttentionItem[], now: Date): Promise<{ code: string; subject: string }[]> {
  if (items.length === 0) return [];
  const rows = items.map(({ code, subject, hostId, policyId, details }) => ({
    code,
    subject,
    host_id: hostId ?? null,
    policy_id: policyId ?? null,
    details: details ?? {},
  }));
  return sql.rows(open, [JSON.stringify(rows), now]);
}

/** Opens an item unless the same one is open. @returns whether it is new */
export async function openAttention(sql: Sql, item: NewAttentionItem, now: Date): Promise<boolean> {
  return (await openAttentions(sql, [item], now)).length > 0;
}

const end = statement(
  "compliance.end_attention",
  `update attention_items set ended_at = $3::timestamptz where code = any($1::text[]) and subject = any($2::text[]) and ended_at is null
   returning code, subject`,
);

/** Ends the open items of these codes about these subjects. @returns what was open */
export async function endAttention(sql: Sql, codes: readonly string[], subjects: readonly string[], now: Date): Promise<{ code: string; subject: string }[]> {
  return subjects.length === 0 ? [] : sql.rows(end, [codes, subjects, now]);
}

const endOfHosts = statement(
  "compliance.end_attention_of_hosts",
  "update attention_items set ended_at = $2::timestamptz where host_id = any($1::int[]) and ended_at is null returning code, subject",
);

/** Ends every open item about these hosts, because they are gone. */
export async function endAttentionOfHosts(sql: Sql, hostIds: readonly number[], now: Date): Promise<void> {
  await sql.rows(endOfHosts, [hostIds, now]);
}

const openPolicies = statement(
  "compliance.open_policy_attention",
  `select a.policy_id as "policyId", p.id is not null and p.conditional_access_enabled as gates from attention_items a
   left join policies p on p.id = a.policy_id where a.code = $1::text and a.ended_at is null and a.policy_id is not null`,
);

/** The policies with an open item of this code, and whether each still gates access. */
export async function listPoliciesWithAttention(sql: Sql, code: string): Promise<{ policyId: number; gates: boolean }[]> {
  return sql.rows(openPolicies, [code]);
}
