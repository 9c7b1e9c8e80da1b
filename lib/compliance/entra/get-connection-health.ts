import type { Context } from "@/lib/context";
import type { Connection } from "./connection";
import { getDefaultConnection } from "./get-default-connection";
import { readHealth, type HealthRow } from "./health-queries";
import { permissionChecklist, type PermissionState } from "./required-roles";
import { listSetupSteps, type SetupStepRow } from "./setup-queries";

/** Everything that the settings page and the health card say about a connection. */
export interface ConnectionHealth {
  connection: Connection;
  steps: SetupStepRow[];
  permissions: PermissionState[];
  counts: HealthRow;
}

/**
 * How the default connection does: its state, its steps, its permissions, what waits and what arrived. Null when nothing is connected.
 * @throws ForbiddenError `permission_denied`
 */
export async function getConnectionHealth(ctx: Context): Promise<ConnectionHealth | null> {
  const connection = await getDefaultConnection(ctx);
  if (!connection) return null;
  const steps = await listSetupSteps(ctx.db, connection.id);
  const counts = await readHealth(ctx.sql, connection.id);
  return { connection, steps, counts, permissions: connection.provider === "audit_only" ? [] : permissionChecklist(connection.grantedRoles) };
}
