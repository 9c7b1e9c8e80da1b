import type { Db } from "../../db/prisma";
import { NotFoundError } from "../../errors";
import type { RoleRule } from "./role-rule";

/**
 * What a directory, or SAML when `directoryId` is null, is called.
 * @throws NotFoundError `directory_not_found`
 */
export async function getRuleOwnerName(db: Db, directoryId: number | null): Promise<string> {
  if (directoryId === null) return (await db.samlSettings.findUnique({ where: { id: 1 }, select: { idpName: true } }))?.idpName || "SAML";
  const row = await db.ssoDirectory.findUnique({ where: { id: directoryId }, select: { name: true } });
  if (!row) throw new NotFoundError("directory_not_found", "This directory no longer exists.");
  return row.name;
}

/** The rules of a directory, or of SAML, in the order in which they were written. */
export async function listRuleRows(db: Db, directoryId: number | null): Promise<RoleRule[]> {
  const select = { source: true, value: true, role: true, teamId: true } as const;
  return (await db.ssoRoleRule.findMany({ where: { directoryId }, orderBy: { id: "asc" }, select })) as RoleRule[];
}

/** Puts these rules in the place of those before. */
export async function replaceRuleRows(db: Db, directoryId: number | null, rules: readonly RoleRule[]): Promise<void> {
  await db.ssoRoleRule.deleteMany({ where: { directoryId } });
  await db.ssoRoleRule.createMany({ data: rules.map((rule) => ({ ...rule, directoryId })) });
}

/** Lets one change of the rules of a directory, or of SAML, pass at a time. */
export async function lockRules(db: Db, directoryId: number | null): Promise<void> {
  await db.$queryRaw`select pg_advisory_xact_lock(hashtext('flotilla.sso_role_rules'), ${directoryId ?? 0}::int)::text as ok`;
}

/** Names of teams by id. */
export async function findTeamNames(db: Db): Promise<Map<number, string>> {
  const rows = await db.team.findMany({ where: { deletedAt: null }, select: { id: true, name: true } });
  return new Map(rows.map(({ id, name }) => [id, name]));
}
