import type { Db } from "../db/prisma";
import { statement, type Sql } from "../db/sql";
import { isUniqueViolation } from "../db/unique-violation";
import { ConflictError, NotFoundError } from "../errors";
import type { LabelWithCount } from "./label";

/** The ones of these host ids, serials, hardware UUIDs and host names that are hosts. */
export interface FoundHost {
  asked: string;
  hostId: number;
  teamId: number;
}

// $1: the teams whose hosts are counted, or null for all. A tally and the changes noted about it are read together: their sum is exact.
// Hosts on their way into a manual label, or out of it, count as there already.
const select = `
  with counted as (
    select label_id, sum(hosts)::int as hosts
    from (select label_id, team_id, hosts from label_tallies union all select label_id, team_id, hosts from label_tally_changes) m
    where $1::int[] is null or team_id = any($1::int[]) group by 1)
  select l.id::int as id, l.team_id::int as "teamId", t.name as "teamName", l.name, l.description, l.query, l.platform, l.label_type as "labelType",
    l.membership_type as "membershipType", l.enabled, l.author_id::int as "authorId", l.created_at as "createdAt", l.updated_at as "updatedAt",
    case when l.enabled then coalesce(c.hosts, 0) + (
      select coalesce(sum(case when w.joins then 1 else -1 end), 0)::int from label_member_changes w join hosts h on h.id = w.host_id
      where w.label_id = l.id and ($1::int[] is null or h.team_id = any($1::int[]))
        and w.joins <> exists (select 1 from label_memberships m where m.label_id = w.label_id and m.host_id = w.host_id)) else 0 end as "hostCount"
  from labels l left join teams t on t.id = l.team_id left join counted c on c.label_id = l.id`;

const list = statement(
  "labels.list",
  `${select} where ($2::text <> 'global' or l.team_id is null) and ($2::text in ('global', 'any') or l.team_id is null or l.team_id = nullif($2::text, 'any')::int)
     and ($1::int[] is null or l.team_id is null or l.team_id = any($1::int[]))
     and ($3::text = '' or l.name ilike $3::text or l.description ilike $3::text)
   order by (l.label_type = 'builtin'), lower(l.name), l.id`,
);
const getOne = statement("labels.get", `${select} where l.id = $2::int`);
const listByName = statement(
  "labels.list_by_name",
  `${select} where l.name = $2::text and ($1::int[] is null or l.team_id is null or l.team_id = any($1::int[])) order by l.team_id nulls first`,
);
// No key: hosts and policies that name the label go on meanwhile.
const lock = statement("labels.lock", `select id::int as id from labels where id = $1::int for no key update`);
// One look-up for each kind of name: asked together, every name would be held against every host.
const findHosts = statement(
  "labels.find_hosts",
  `with named as (select distinct n as asked, case when n ~ '^[0-9]{1,9}$' then n::int end as id from unnest($1::text[]) as n where n <> ''),
   found as (
     select n.asked, h.id, h.team_id, 0 as rank from named n join hosts h on h.id = n.id
     union all select n.asked, h.id, h.team_id, 1 from named n join hosts h on h.hardware_serial = n.asked
     union all select n.asked, h.id, h.team_id, 1 from named n join hosts h on lower(h.hardware_uuid) = lower(n.asked)
     union all select n.asked, h.id, h.team_id, 1 from named n join hosts h on h.hostname = n.asked)
   select distinct on (f.asked) f.asked, f.id::int as "hostId", f.team_id::int as "teamId" from found f
   where $2::int[] is null or f.team_id = any($2::int[]) order by f.asked, f.rank, f.id`,
);
const addMembers = statement(
  "labels.add_members",
  `insert into label_memberships (host_id, label_id, created_at)
   select h.id, l.id, $3::timestamptz from labels l join hosts h on h.id = any($2::int[]) where l.id = $1::int order by h.id
   on conflict do nothing returning host_id::int as "hostId"`,
);
const removeMembers = statement(
  "labels.remove_members",
  `delete from label_memberships where label_id = $1::int and host_id = any($2::int[]) returning host_id::int as "hostId"`,
);
const memberIds = statement(
  "labels.member_ids",
  `select h.id::int as "hostId" from hosts h
   where h.id in (select m.host_id from label_memberships m where m.label_id = $1::int
                  except select c.host_id from label_member_changes c where c.label_id = $1::int and not c.joins
                  union select c.host_id from label_member_changes c where c.label_id = $1::int and c.joins)
     and ($2::int[] is null or h.team_id = any($2::int[])) order by h.id`,
);
const policiesUsing = statement(
  "labels.policies_using",
  `select p.id::int as id, p.name from policy_labels pl join policies p on p.id = pl.policy_id where pl.label_id = $1::int
     and (p.team_id is null or $2::int[] is null or p.team_id = any($2::int[])) order by p.name`,
);

/** The labels for all teams and those of `teamIds`, or, for null, all; by name, the built-in ones last. `team`: any, global, or a team's id for those it can use. */
export async function listLabelRows(sql: Sql, teamIds: number[] | null, team: "any" | "global" | number, query: string): Promise<LabelWithCount[]> {
  return sql.rows<LabelWithCount>(list, [teamIds, String(team), query === "" ? "" : `%${query.replace(/[\\%_]/g, "\\$&")}%`]);
}

/** A label of any team, or null; its hosts are counted in `teamIds`, or, for null, in all teams. */
export async function findLabelRow(sql: Sql, teamIds: number[] | null, labelId: number): Promise<LabelWithCount | null> {
  return (await sql.rows<LabelWithCount>(getOne, [teamIds, labelId]))[0] ?? null;
}

/** The labels of exactly this name for all teams and in `teamIds`, or, for null, in every team; that for all teams comes first. */
export async function listLabelRowsByName(sql: Sql, teamIds: number[] | null, name: string): Promise<LabelWithCount[]> {
  return sql.rows<LabelWithCount>(listByName, [teamIds, name]);
}

/** What a missing label, and one out of the caller's sight, both look like. */
export function labelNotFound(label: number | string): NotFoundError {
  return new NotFoundError("label_not_found", typeof label === "number" ? `Label ${label} was not found.` : `Label "${label}" was not found.`);
}

/** As findLabelRow, with the row locked until the transaction ends. */
export async function lockLabelRow(sql: Sql, teamIds: number[] | null, labelId: number): Promise<LabelWithCount | null> {
  await sql.rows(lock, [labelId]);
  return findLabelRow(sql, teamIds, labelId);
}

/** @throws ConflictError `label_name_taken` */
export async function insertLabelRow(
  db: Db,
  row: {
    teamId: number | null;
    name: string;
    description: string;
    query: string;
    platform: string;
    membershipType: string;
    authorId: number | null;
    createdAt: Date;
  },
): Promise<number> {
  return named(row.name, async () => (await db.label.create({ data: { ...row, updatedAt: row.createdAt } })).id);
}

/** @throws ConflictError `label_name_taken` */
export async function updateLabelRow(
  db: Db,
  labelId: number,
  patch: { name?: string; description?: string; enabled?: boolean; updatedAt: Date },
): Promise<void> {
  await named(patch.name ?? "", () => db.label.update({ where: { id: labelId }, data: patch }));
}

/** Deletes a label; its memberships stay and mean nothing. */
export async function deleteLabelRow(db: Db, labelId: number): Promise<void> {
  await db.label.delete({ where: { id: labelId } });
}

/** Which of these are hosts of `teamIds`, or, for null, of any team. */
export async function findHostsByIdentifier(sql: Sql, teamIds: number[] | null, asked: string[]): Promise<FoundHost[]> {
  return asked.length === 0 ? [] : sql.rows<FoundHost>(findHosts, [asked, teamIds]);
}

/** The ids of a label's hosts in `teamIds`, or, for null, in every team, as they are when nothing waits any more. */
export async function listMemberIds(sql: Sql, teamIds: number[] | null, labelId: number): Promise<number[]> {
  return (await sql.rows<{ hostId: number }>(memberIds, [labelId, teamIds])).map((row) => row.hostId);
}

/** Puts hosts into a label; answers those that weren't in it. */
export async function insertMembers(sql: Sql, labelId: number, hostIds: number[], at: Date): Promise<number[]> {
  return hostIds.length === 0 ? [] : (await sql.rows<{ hostId: number }>(addMembers, [labelId, hostIds, at])).map((row) => row.hostId);
}

/** Takes hosts out of a label; answers those that were in it. */
export async function deleteMembers(sql: Sql, labelId: number, hostIds: number[]): Promise<number[]> {
  return hostIds.length === 0 ? [] : (await sql.rows<{ hostId: number }>(removeMembers, [labelId, hostIds])).map((row) => row.hostId);
}

/** The policies that a label narrows, by name: those for all teams and of `teamIds`, or, for null, all. */
export async function listPoliciesUsingLabel(sql: Sql, teamIds: number[] | null, labelId: number): Promise<{ id: number; name: string }[]> {
  return sql.rows<{ id: number; name: string }>(policiesUsing, [labelId, teamIds]);
}

async function named<Result>(name: string, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (cause) {
    if (!isUniqueViolation(cause)) throw cause;
    throw new ConflictError("label_name_taken", `A label named "${name}" exists here already. Choose another name.`, {
      cause,
      fields: [{ field: "name", reason: "This name is taken; names differ by more than upper and lower case." }],
    });
  }
}
