import { authorizeList } from "../authorize";
import type { Context } from "../context";
import { listTeamRows } from "./team-queries";

/**
 * The teams this caller may see, by name, as pages offer them to choose from. Unlike listTeams it counts nobody, which costs the same in a large fleet.
 * @throws ForbiddenError `permission_denied`
 */
export async function listTeamNames(ctx: Context, { withNoTeam = false }: { withNoTeam?: boolean } = {}): Promise<{ id: number; name: string }[]> {
  const teamIds = authorizeList(ctx, "team:read");
  const rows = await listTeamRows(ctx.db, { teamIds, withNoTeam, query: "" });
  return rows.map(({ id, name }) => ({ id, name }));
}
