import { getMailSettings } from "../auth/mail/get-mail-settings";
import { toSmtpTree } from "../auth/mail/smtp-config";
import { authorize, isAllowed, teamsAllowed } from "../authorize";
import type { Context } from "../context";
import { findRetention } from "../retention/find-retention";
import { getSamlSettings } from "../sso/saml/get-saml-settings";
import { toSsoTree } from "../sso/saml/sso-config";
import { buildConfig, secretMask, type ConfigTree } from "./organisation-config";
import { findDefaultConnection, getOrganisation } from "./organisation-queries";
import { countHostsOfTeams, getTeamRow } from "./team-queries";

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
  const teams = teamsAllowed(ctx, "team:read");
  return buildConfig({
    ...organisation,
    gatingOfNoTeam: noTeam.conditionalAccessEnabled,
    tenantId: connection?.tenantId ?? "",
    connected: connection?.connected ?? false,
    // With roles on teams, the hosts of these teams: how many others have is theirs to know.
    hosts: await countHostsOfTeams(ctx.sql, teams === "all" ? null : teams),
    retention: await findRetention(ctx),
    smtp: isAllowed(ctx, "security_settings:read") ? toSmtpTree(await getMailSettings(ctx), secretMask) : null,
    sso: isAllowed(ctx, "security_settings:read") ? toSsoTree(await getSamlSettings(ctx)) : null,
    whole: isAllowed(ctx, "organisation:write"),
  });
}
