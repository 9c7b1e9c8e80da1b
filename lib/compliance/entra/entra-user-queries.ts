import { statement, type Sql } from "@/lib/db/sql";

/** A person of the tenant as Graph knew them lately. */
export interface EntraUserRow {
  objectId: string;
  accountEnabled: boolean;
}

const find = statement(
  "entra.find_user",
  `select object_id as "objectId", account_enabled as "accountEnabled" from entra_users
   where connection_id = $1::int and user_principal_name = $2::text and fetched_at > $3::timestamptz`,
);

/** What was learnt about a user principal name after `since`, or null. Names are kept in lower case. */
export async function findEntraUser(sql: Sql, connectionId: number, userPrincipalName: string, since: Date): Promise<EntraUserRow | null> {
  return (await sql.rows<EntraUserRow>(find, [connectionId, userPrincipalName.toLowerCase(), since]))[0] ?? null;
}

const keep = statement(
  "entra.keep_user",
  `insert into entra_users (connection_id, user_principal_name, object_id, account_enabled, fetched_at)
   select $1::int, $2::text, $3::text, $4::bool, $5::timestamptz where exists (select 1 from entra_connections where id = $1::int)
   on conflict (connection_id, user_principal_name) do update set object_id = excluded.object_id, account_enabled = excluded.account_enabled,
     fetched_at = excluded.fetched_at returning 1 as ok`,
);

/** Keeps what Graph said about a user principal name. */
export async function keepEntraUser(sql: Sql, connectionId: number, userPrincipalName: string, user: EntraUserRow, now: Date): Promise<void> {
  await sql.rows(keep, [connectionId, userPrincipalName.toLowerCase(), user.objectId, user.accountEnabled, now]);
}

const forget = statement("entra.forget_user", "delete from entra_users where connection_id = $1::int and user_principal_name = $2::text returning 1 as ok");

/** Forgets a user principal name, because Microsoft doesn't know it any more. */
export async function forgetEntraUser(sql: Sql, connectionId: number, userPrincipalName: string): Promise<void> {
  await sql.rows(forget, [connectionId, userPrincipalName.toLowerCase()]);
}
