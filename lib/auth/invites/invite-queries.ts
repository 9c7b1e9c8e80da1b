import type { Role } from "../../context";
import type { Db } from "../../db/prisma";
import { isUniqueViolation } from "../../db/unique-violation";
import { ConflictError } from "../../errors";
import type { Prisma } from "../../generated/prisma/client";
import { teamRoleFields, toTeamRoleRows } from "../user-queries";
import type { TeamRoleChoice } from "../users/user";
import type { Invite, InviteState } from "./invite";

const withRoles = { teamRoles: { select: teamRoleFields } } as const;

type Row = Prisma.InviteGetPayload<{ include: typeof withRoles }>;

/** The columns of an invite that can be written. */
export interface InviteColumns {
  email: string;
  name: string;
  tokenHash: string;
  ssoEnabled: boolean;
  globalRole: Role;
  invitedById: number | null;
  expiresAt: Date;
  createdAt: Date;
  updatedAt: Date;
}

/** What a list of invites can be ordered by. */
export const inviteOrders = ["id", "name", "email", "createdAt", "expiresAt"] as const;

/** Which invites, in which order. `query`: a part of name or address; `perPage` null: all. */
export interface InviteSearch {
  query: string;
  page: number;
  perPage: number | null;
  orderKey: (typeof inviteOrders)[number];
  direction: "asc" | "desc";
}

/** One page of invites, and how many there are in all. */
export async function listInviteRows(
  db: Db,
  { query, page, perPage, orderKey, direction }: InviteSearch,
  now: Date,
): Promise<{ invites: Invite[]; count: number }> {
  const text = { contains: query.replace(/[\\%_]/g, "\\$&"), mode: "insensitive" } as const;
  const where: Prisma.InviteWhereInput = query === "" ? {} : { OR: [{ name: text }, { email: text }] };
  const count = await db.invite.count({ where });
  const rows = await db.invite.findMany({
    where,
    include: withRoles,
    orderBy: [{ [orderKey]: direction }, { id: direction }],
    take: perPage ?? undefined,
    skip: perPage === null ? undefined : page * perPage,
  });
  return { invites: await toInvites(db, rows, now), count };
}

/** The invite with this id, or null. */
export async function findInviteRow(db: Db, id: number, now: Date): Promise<Invite | null> {
  const row = await db.invite.findUnique({ where: { id }, include: withRoles });
  return row ? ((await toInvites(db, [row], now))[0] ?? null) : null;
}

/** As findInviteRow, after taking its row for this transaction. */
export async function lockInviteRow(db: Db, id: number, now: Date): Promise<Invite | null> {
  await db.$queryRaw`select 1 as ok from invites where id = ${id} for update`;
  return findInviteRow(db, id, now);
}

/** The invite that a token opens, or null; its row is taken for this transaction, so that of two who come at once one joins. */
export async function lockInviteRowByToken(db: Db, tokenHash: string, now: Date): Promise<Invite | null> {
  const rows = await db.$queryRaw<{ id: number }[]>`select id::int as id from invites where token_hash = ${tokenHash} for update`;
  return rows[0] ? findInviteRow(db, rows[0].id, now) : null;
}

/** The invite that a token opens, or null. */
export async function findInviteRowByToken(db: Db, tokenHash: string, now: Date): Promise<Invite | null> {
  const row = await db.invite.findUnique({ where: { tokenHash }, include: withRoles });
  return row ? ((await toInvites(db, [row], now))[0] ?? null) : null;
}

/** @throws ConflictError `invite_exists` */
export async function insertInviteRow(db: Db, columns: InviteColumns, teamRoles: readonly TeamRoleChoice[]): Promise<number> {
  const data = { ...columns, teamRoles: { create: teamRoles.map(({ teamId, role }) => ({ teamId, role })) } };
  return (await uniquely(columns.email, () => db.invite.create({ data }))).id;
}

/** @throws ConflictError `invite_exists` */
export async function updateInviteRow(db: Db, id: number, columns: Partial<InviteColumns>, teamRoles?: readonly TeamRoleChoice[]): Promise<void> {
  await uniquely(columns.email ?? "", () => db.invite.update({ where: { id }, data: columns }));
  if (!teamRoles) return;
  await db.inviteTeamRole.deleteMany({ where: { inviteId: id } });
  await db.inviteTeamRole.createMany({ data: teamRoles.map(({ teamId, role }) => ({ inviteId: id, teamId, role })) });
}

/** Deletes an invite with its roles. */
export async function deleteInviteRow(db: Db, id: number): Promise<void> {
  await db.invite.deleteMany({ where: { id } });
}

async function toInvites(db: Db, rows: Row[], now: Date): Promise<Invite[]> {
  const ids = rows.flatMap(({ invitedById }) => (invitedById === null ? [] : [invitedById]));
  const inviters =
    ids.length === 0 ? [] : await db.user.findMany({ where: { id: { in: ids } }, select: { id: true, name: true, globalRole: true, disabledAt: true } });
  const byId = new Map(inviters.map((inviter) => [inviter.id, inviter]));
  return rows.map(({ teamRoles, tokenHash, globalRole, ...row }) => {
    void tokenHash;
    const inviter = row.invitedById === null ? undefined : byId.get(row.invitedById);
    const vouched = inviter?.globalRole === "admin" && inviter.disabledAt === null;
    const state: InviteState = row.expiresAt <= now ? "expired" : vouched ? "open" : "void";
    return { ...row, globalRole: globalRole as Role, teamRoles: toTeamRoleRows(teamRoles), invitedByName: inviter?.name ?? "", state };
  });
}

async function uniquely<Result>(email: string, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (cause) {
    if (!isUniqueViolation(cause)) throw cause;
    throw new ConflictError("invite_exists", `${email} was invited already. Send that invite again, or take it back first.`, {
      cause,
      fields: [{ field: "email", reason: "was invited already; send that invite again, or take it back first" }],
    });
  }
}
