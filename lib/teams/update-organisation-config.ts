import { z } from "zod";
import { changesBetween } from "../activities/changes-between";
import { recordActivity } from "../activities/record-activity";
import { getMailSettings } from "../auth/mail/get-mail-settings";
import { atSmtpPaths, readSmtpPatch, smtpPaths } from "../auth/mail/smtp-config";
import { updateMailSettings } from "../auth/mail/update-mail-settings";
import { PublicAddress } from "../auth/public-address";
import { authorize } from "../authorize";
import type { Context } from "../context";
import { dryRun } from "../db/dry-run";
import { inTransaction } from "../db/transaction";
import { InvalidInputError } from "../errors";
import { atExpiryPaths, expiryPaths, readExpiryPatch } from "../retention/expiry-config";
import { findRetention } from "../retention/find-retention";
import { updateRetention } from "../retention/update-retention";
import { atSsoPaths, readSsoPatch, ssoPaths } from "../sso/saml/sso-config";
import { updateSamlSettings } from "../sso/saml/update-saml-settings";
import { readAgentOptions } from "./agent-options";
import { getOrganisationConfig } from "./get-organisation-config";
import { ignoredPaths, secretMask, writablePaths, type ConfigTree } from "./organisation-config";
import { lockOrganisation, updateOrganisation } from "./organisation-queries";
import { readTreePatch } from "./read-tree-patch";
import { switchConditionalAccess } from "./switch-conditional-access";

const WebAddress = z.union([z.literal(""), z.url({ protocol: /^(https?|mailto|tel)$/ }).max(1000)], {
  error: "expected an address such as https://help.example.com, or nothing",
});
const Line = (max: number) =>
  z
    .string()
    .trim()
    .max(max)
    .refine((text) => !text.includes("\u0000"), "has a NUL character in it");

const fields = {
  name: { path: "org_info.org_name", schema: Line(255).min(1, "may not be empty") },
  contactUrl: { path: "org_info.contact_url", schema: WebAddress },
  contactText: { path: "org_info.contact_text", schema: Line(1000) },
  contactPhone: { path: "org_info.contact_phone", schema: Line(100) },
  publicUrl: { path: "server_settings.server_url", schema: PublicAddress },
  transparencyUrl: { path: "fleet_desktop.transparency_url", schema: WebAddress },
  trayName: { path: "fleet_desktop.tray_name", schema: Line(100) },
} as const;

/** `dryRun` checks and answers the configuration as it stands; `force` keeps agent options that aren't known. */
export interface ConfigUpdateOptions {
  dryRun?: boolean;
  force?: boolean;
}

/**
 * Merges a partial configuration into the organisation's. Absent keys keep. Answers the configuration as it is then.
 * @throws BadRequestError `unknown_key`; InvalidInputError `config_invalid`, `not_supported`, `agent_options_invalid`, `not_connected`; ForbiddenError
 */
export async function updateOrganisationConfig(ctx: Context, patch: ConfigTree, options: ConfigUpdateOptions = {}): Promise<ConfigTree> {
  authorize(ctx, "organisation:write");
  if (!options.dryRun) return inTransaction(ctx, (tx) => applyPatch(tx, patch, options.force ?? false));
  await dryRun(ctx, (tx) => applyPatch(tx, patch, options.force ?? false));
  return getOrganisationConfig(ctx);
}

async function applyPatch(tx: Context, patch: ConfigTree, force: boolean): Promise<ConfigTree> {
  const before = await lockOrganisation(tx.db, tx.sql);
  const { gatingOfNoTeam, agentOptions, ...others } = readTreePatch(patch, await getOrganisationConfig(tx), {
    writable: writablePaths,
    ignored: ignoredPaths,
    mask: secretMask,
  });
  const among = (paths: object) => Object.fromEntries(Object.entries(others).filter(([key]) => key in paths));
  const [texts, mail, sso, expiry] = [among(fields), among(smtpPaths), among(ssoPaths), among(expiryPaths)];
  const settings: Record<string, string> = {};
  for (const [key, value] of Object.entries(texts)) {
    const field = fields[key as keyof typeof fields];
    const parsed = field.schema.safeParse(value);
    if (!parsed.success) throw invalid(field.path, parsed.error.issues[0]?.message ?? "expected another value");
    settings[key] = parsed.data;
  }
  if (gatingOfNoTeam !== undefined && typeof gatingOfNoTeam !== "boolean") throw invalid("integrations.conditional_access_enabled", "expected true or false");

  const changed = Object.entries(changesBetween(before, settings));
  // Links to new passwords and invites lead to the public address: whoever moves it would receive them.
  if (changed.some(([key]) => key === "publicUrl")) authorize(tx, "security_settings:write");
  if (changed.length > 0) {
    await updateOrganisation(tx.db, settings, tx.now());
    const byPath = Object.fromEntries(changed.map(([key, change]) => [fields[key as keyof typeof fields].path, change]));
    await recordActivity(tx, { type: "edited_organisation", details: { changed: byPath } });
  }
  if (agentOptions !== undefined) {
    await updateOrganisation(tx.db, { agentOptions: readAgentOptions(agentOptions, force) }, tx.now());
    await recordActivity(tx, { type: "edited_agent_options", details: { global: true, team_id: null, team_name: null } });
  }
  if (Object.keys(mail).length > 0) await changeMail(tx, mail);
  if (Object.keys(sso).length > 0) await changeSso(tx, sso);
  if (Object.keys(expiry).length > 0) await changeExpiry(tx, expiry);
  if (typeof gatingOfNoTeam === "boolean") await switchConditionalAccess(tx, { teamId: 0, enabled: gatingOfNoTeam });
  return getOrganisationConfig(tx);
}

async function changeMail(tx: Context, changes: Record<string, unknown>): Promise<void> {
  try {
    await updateMailSettings(tx, readSmtpPatch(changes, await getMailSettings(tx)));
  } catch (error) {
    throw atSmtpPaths(error);
  }
}

async function changeSso(tx: Context, changes: Record<string, unknown>): Promise<void> {
  try {
    await updateSamlSettings(tx, readSsoPatch(changes));
  } catch (error) {
    throw atSsoPaths(error);
  }
}

async function changeExpiry(tx: Context, changes: Record<string, unknown>): Promise<void> {
  try {
    await updateRetention(tx, readExpiryPatch(changes, await findRetention(tx)));
  } catch (error) {
    throw atExpiryPaths(error);
  }
}

function invalid(field: string, reason: string): InvalidInputError {
  return new InvalidInputError("config_invalid", `"${field}": ${reason}.`, { fields: [{ field, reason }] });
}
