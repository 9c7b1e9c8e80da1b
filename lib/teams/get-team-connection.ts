import { authorize } from "../authorize";
import type { SqlContext } from "../context";
import { isStanding } from "./switch-conditional-access";
import { findTeamConnection } from "./team-queries";

/**
 * The connection that can carry a team's reports, its own or the default one, or null.
 * @throws ForbiddenError `permission_denied`
 */
export async function getTeamConnection(ctx: SqlContext, connectionId: number | null): Promise<{ id: number; provider: string } | null> {
  authorize(ctx, "team:read");
  const connection = await findTeamConnection(ctx.sql, connectionId);
  return connection && isStanding(connection.state) ? { id: connection.id, provider: connection.provider } : null;
}
