import { entry } from "./access-entry";

/** The REST routes of this part: a key is the method and the path below /api/v1/fleet. */
export const ssoRoutes = {
  "GET sso": entry("Single sign-on in short", "open"),
  "POST sso": entry("Begin single sign-on", "open"),
  "POST sso/callback": entry("Take in a SAML answer", "open"),
} as const;

/** Its server actions: a key is the folder of the actions file and the action's name. */
export const ssoActions = {
  "saml.saveSaml": entry("Change SAML", "security_settings:write"),
  "saml.fetchMetadata": entry("Fetch SAML metadata", "security_settings:write"),
  "directories.addDirectory": entry("Add a directory", "security_settings:write"),
  "directories.saveDirectory": entry("Change a directory", "security_settings:write"),
  "directories.saveAdmission": entry("Change whom a directory adds", "security_settings:write"),
  "directories.tryDirectory": entry("Try a directory", "security_settings:write"),
  "directories.enable": entry("Switch a directory on", "security_settings:write"),
  "directories.disable": entry("Switch a directory off", "security_settings:write"),
  "directories.remove": entry("Delete a directory", "security_settings:write"),
  "single-sign-on.saveRules": entry("Change which roles single sign-on gives", "security_settings:write"),
} as const;
