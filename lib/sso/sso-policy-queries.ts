import type { Db } from "../db/prisma";
import type { DefaultRole, RoleRule } from "./roles/role-rule";

/** What decides about the people of one directory, or of SAML. */
export interface PolicyRow {
  name: string;
  jitProvisioning: boolean;
  defaultRole: DefaultRole;
  rules: RoleRule[];
}

/** How an enabled directory (or, with null, SAML) treats its people; null when it isn't enabled or isn't there. */
export async function findEnabledPolicyRow(db: Db, directoryId: number | null): Promise<PolicyRow | null> {
  const row =
    directoryId === null
      ? await db.samlSettings.findFirst({ where: { id: 1, enabled: true }, select: { idpName: true, jitProvisioning: true, defaultRole: true } })
      : await db.ssoDirectory.findFirst({
          where: { id: directoryId, enabledAt: { not: null } },
          select: { name: true, jitProvisioning: true, defaultRole: true },
        });
  if (!row) return null;
  const rules = await db.ssoRoleRule.findMany({
    where: { directoryId },
    orderBy: { id: "asc" },
    select: { source: true, value: true, role: true, teamId: true },
  });
  return {
    name: "idpName" in row ? row.idpName : row.name,
    jitProvisioning: row.jitProvisioning,
    defaultRole: row.defaultRole as DefaultRole,
    rules: rules as RoleRule[],
  };
}

/** The ids of all teams. */
export async function listTeamIds(db: Db): Promise<Set<number>> {
  const rows = await db.team.findMany({ where: { deletedAt: null }, select: { id: true } });
  return new Set(rows.map(({ id }) => id));
}
