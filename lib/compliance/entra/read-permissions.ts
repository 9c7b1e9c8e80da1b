import type { Context } from "@/lib/context";
import type { Connection } from "./connection";
import { updateConnection } from "./connection-queries";
import { ConnectionProblem } from "./connection-problem";
import { missingRoles } from "./required-roles";
import { getToken } from "./tokens";

/**
 * Reads what an admin of the tenant has granted, from fresh tokens of both services, and keeps the list on the connection.
 * This, and not the way back from the consent page, is the proof of consent.
 * @throws ConnectionProblem `consent_incomplete` with `missing`, `tenant_mismatch`; MicrosoftError
 */
export async function readPermissions(ctx: Context, connection: Connection): Promise<string[]> {
  const graph = await getToken(ctx, connection, "graph", { fresh: true });
  const intune = await getToken(ctx, connection, "intune", { fresh: true });
  for (const { tenantId } of [graph, intune]) {
    if (tenantId && tenantId.toLowerCase() !== connection.tenantId.toLowerCase()) {
      throw new ConnectionProblem("tenant_mismatch", "Microsoft issued a token for another tenant.", { expected: connection.tenantId, got: tenantId });
    }
  }
  const roles = [...new Set([...graph.roles, ...intune.roles])].toSorted();
  await updateConnection(ctx.db, connection.id, { grantedRoles: roles, rolesCheckedAt: ctx.now() });
  const missing = missingRoles(roles);
  if (missing.length > 0) {
    const count = missing.length === 1 ? "One permission is" : `${missing.length} permissions are`;
    throw new ConnectionProblem("consent_incomplete", `${count} missing: ${missing.join(", ")}.`, { missing });
  }
  return roles;
}
