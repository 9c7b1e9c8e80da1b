import { isAllowed } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import { listTeams } from "@/lib/teams/list-teams";

/** The teams that the caller may see, as clients choose from them. */
export async function availableTeams(ctx: Context): Promise<object[]> {
  const teams = isAllowed(ctx, "team:read") ? await listTeams(ctx) : [];
  return teams.map(({ id, name, description, userCount, hostCount }) => ({ id, name, description, user_count: userCount, host_count: hostCount }));
}
