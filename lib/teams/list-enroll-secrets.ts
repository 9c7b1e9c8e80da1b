import { authorize } from "../authorize";
import type { Context } from "../context";
import { authorizeTeam } from "./authorize-team";
import { listEnrollSecretRows } from "./enroll-secret-queries";
import type { EnrollSecret } from "./enroll-secrets";
import { getTeamRow } from "./team-queries";

/**
 * What admits hosts to a team. `teamId` null, or 0, means the global secrets, which admit to "No team".
 * @throws NotFoundError `team_not_found`; ForbiddenError `permission_denied`
 */
export async function listEnrollSecrets(ctx: Context, teamId: number | null): Promise<EnrollSecret[]> {
  authorize(ctx, "enroll_secret:read");
  if (teamId === null) authorize(ctx, "enroll_secret:read", { teamId });
  else authorizeTeam(ctx, await getTeamRow(ctx.db, teamId), "enroll_secret:read");
  return listEnrollSecretRows(ctx.db, teamId === 0 ? null : teamId);
}
