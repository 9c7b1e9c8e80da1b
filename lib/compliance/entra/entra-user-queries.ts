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

const listNext = statement(
  "entra.list_next_names",
  `select distinct lower(n.name) as name from (
     select r.user_principal_name as name from compliance_reports r where r.connection_id = $1::int and r.ended_at is null and not r.resting
       and r.state in ('queued', 'failed', 'mismatch', 'attention', 'uploading')
     order by r.priority desc, r.caused_at, r.id limit 100) n
   where n.name <> '' and not exists (select 1 from entra_users u where u.connection_id = $1::int and u.user_principal_name = lower(n.name) and u.fetched_at > $2::timestamptz)
   limit $3::int`,
);

/** The user principal names, in lower case, that the reports to be sent next will need and that nothing was learnt about after `since`. */
export async function listNextNames(sql: Sql, connectionId: number, since: Date, most: number): Promise<string[]> {
  return (await sql.rows<{ name: string }>(listNext, [connectionId, since, most])).map(({ name }) => name);
}

const keep = statement(
  "entra.keep_users",
  `insert into entra_users (connection_id, user_principal_name, object_id, account_enabled, fetched_at)
   select $1::int, u.name, u.object_id, u.enabled, $5::timestamptz from unnest($2::text[], $3::text[], $4::bool[]) as u (name, object_id, enabled)
   where exists (select 1 from entra_connections where id = $1::int) order by u.name
   on conflict (connection_id, user_principal_name) do update set object_id = excluded.object_id, account_enabled = excluded.account_enabled,
     fetched_at = excluded.fetched_at returning 1 as ok`,
);

/** Keeps what Graph said about user principal names. */
export async function keepEntraUsers(sql: Sql, connectionId: number, users: ReadonlyMap<string, EntraUserRow>, now: Date): Promise<void> {
  const rows = new Map([...users].map(([name, user]) => [name.toLowerCase(), user]));
  const known = [...rows.values()];
  await sql.rows(keep, [connectionId, [...rows.keys()], known.map(({ objectId }) => objectId), known.map(({ accountEnabled }) => accountEnabled), now]);
}

const forget = statement("entra.forget_user", "delete from entra_users where connection_id = $1::int and user_principal_name = $2::text returning 1 as ok");

/** Forgets a user principal name, because Microsoft doesn't know it any more. */
export async function forgetEntraUser(sql: Sql, connectionId: number, userPrincipalName: string): Promise<void> {
  await sql.rows(forget, [connectionId, userPrincipalName.toLowerCase()]);
}
