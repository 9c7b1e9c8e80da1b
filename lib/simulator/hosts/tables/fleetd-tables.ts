import { defineTable, type ComputerTable, type Wanted } from "./define-table";
import { SqlError } from "@/lib/simulator/hosts/sql/sql-values";
import { hasCompanyPortal } from "@/lib/simulator/hosts/computer";

const SSO_EXTENSION = "com.microsoft.CompanyPortalMac.ssoextension";
const ENTRA_REALM = "KERBEROS.MICROSOFTONLINE.COM";

/** Tables that fleetd or its stand-alone extension adds on every platform. */
export const FLEETD_TABLES: ComputerTable[] = [
  defineTable(
    "orbit_info",
    "version device_auth_token enrolled last_recorded_error orbit_channel osqueryd_channel desktop_channel desktop_version uptime:int scripts_enabled:int",
    ({ identity, bootedAt }, now) =>
      identity.agent === "fleetd"
        ? [
            {
              version: identity.fleetdVersion,
              device_auth_token: "",
              enrolled: "true",
              last_recorded_error: "",
              orbit_channel: "stable",
              osqueryd_channel: "stable",
              desktop_channel: "stable",
              desktop_version: identity.fleetdVersion,
              uptime: Math.floor((now - bootedAt) / 1000),
              scripts_enabled: 0,
            },
          ]
        : [],
  ),
];

/** Tables that fleetd or its stand-alone extension adds on macOS. */
export const FLEETD_MACOS_TABLES: ComputerTable[] = [
  defineTable(
    "mdm",
    "enrolled server_url checkin_url access_rights:int install_date payload_identifier topic sign_message identity_certificate_uuid has_scep_payload installed_from_dep user_approved dep_capable",
    ({ state }) => [
      state.mdm
        ? {
            enrolled: "true",
            server_url: "https://mdm.example.test/checkin?ref=abc",
            checkin_url: "https://mdm.example.test/checkin",
            access_rights: 8191,
            install_date: "2025-01-14 08:12:44 +0000",
            payload_identifier: "test.example.mdm",
            topic: "com.apple.mgmt.External.1",
            sign_message: "true",
            identity_certificate_uuid: "",
            has_scep_payload: "true",
            installed_from_dep: "true",
            user_approved: "true",
            dep_capable: "true",
          }
        : {
            enrolled: "false",
            server_url: "",
            checkin_url: "",
            access_rights: 0,
            install_date: "",
            payload_identifier: "",
            topic: "",
            sign_message: "",
            identity_certificate_uuid: "",
            has_scep_payload: "",
            installed_from_dep: "false",
            user_approved: "",
            dep_capable: "true",
          },
    ],
  ),
  defineTable("app_sso_platform", "extension_identifier realm device_id user_principal_name", ({ state }, _, wanted) => {
    const extension = only(wanted, "extension_identifier");
    const realm = only(wanted, "realm");
    const { platformSso } = state;
    // no console user, no registration, or no Company Portal to hold it: nothing to say
    if (platformSso.state === "not_registered" || extension !== SSO_EXTENSION || state.signedInUser === "" || !hasCompanyPortal(state)) return [];
    const personKnown = platformSso.state === "registered" && realm === ENTRA_REALM;
    return [{ extension_identifier: extension, realm, device_id: platformSso.deviceId, user_principal_name: personKnown ? platformSso.upn : "" }];
  }),
  defineTable("filevault_prk", "base64_encrypted", ({ state }) => (state.fileVault ? [{ base64_encrypted: "bWFkZS11cA==" }] : [])),
  defineTable("macos_profiles", "type identifier display_name description organization verification_state uuid install_date", ({ state }) =>
    state.mdm
      ? [
          {
            type: "Configuration",
            identifier: "test.example.baseline",
            display_name: "Baseline",
            description: "",
            organization: "Example",
            verification_state: "verified",
            uuid: "",
            install_date: "2025-01-14 08:13:02 +0000",
          },
        ]
      : [],
  ),
  defineTable("macadmins_unified_log", "message", () => []),
  defineTable("munki_info", "version manifest_name errors warnings", () => []),
  defineTable(
    "pwd_policy",
    "max_failed_attempts:int expires_every_n_days:int days_to_expiration:int history_depth:int min_mixed_case_characters:int",
    ({ state }) => [
      { max_failed_attempts: state.mdm ? 10 : 0, expires_every_n_days: 0, days_to_expiration: 0, history_depth: 0, min_mixed_case_characters: 0 },
    ],
  ),
];

function only(wanted: Wanted, column: string): string {
  const values = wanted.get(column) ?? [];
  if (values.length !== 1) throw new SqlError(`app_sso_platform needs exactly one constraint ${column} = '…', got ${values.length}`);
  return String(values[0]);
}
