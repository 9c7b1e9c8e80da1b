import { authorize, isAllowed } from "../authorize";
import type { Context } from "../context";
import { buildConfig, type ConfigTree } from "./organisation-config";
import { findDefaultConnection, getOrganisation } from "./organisation-queries";
import { countHostsOfTeams, getTeamRow, listTeamRows } from "./team-queries";

/**
 * The organisation's configuration, whole for those who may change it; secrets are masked.
 * @throws ForbiddenError `permission_denied`
 */
export async function getOrganisationConfig(ctx: Context): Promise<ConfigTree> {
  authorize(ctx, "organisation:read");
  // One after another: inside a transaction all run on one connection.
  const organisation = await getOrganisation(ctx.db);
  const noTeam = await getTeamRow(ctx.db, 0);
  const connection = await findDefaultConnection(ctx.sql);
  const teams = await listTeamRows(ctx.db, "");
  const hosts = await countHostsOfTeams(
    ctx.sql,
    teams.map((team) => team.id),
  );
  return buildConfig({
    ...organisation,
    gatingOfNoTeam: noTeam.conditionalAccessEnabled,
    tenantId: connection?.tenantId ?? "",
    connected: connection?.connected ?? false,
    hosts: [...hosts.values()].reduce((sum, count) => sum + count, 0),
    whole: isAllowed(ctx, "organisation:write"),
  });
}
