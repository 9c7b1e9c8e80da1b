import { smtpPaths, smtpReadOnly } from "../auth/mail/smtp-config";
import { expiryPaths, toExpiryTree } from "../retention/expiry-config";
import type { Retention } from "../retention/retention";
import { ssoPaths, ssoUnused } from "../sso/saml/sso-config";
import type { PlainTree } from "./read-tree-patch";
import { mdmSettingsOff } from "./mdm-settings-off";

/** The configuration as clients of the REST API know it. */
export type ConfigTree = PlainTree;

/** What the tree is built from. */
export interface ConfigFacts {
  name: string;
  publicUrl: string;
  contactText: string;
  contactPhone: string;
  contactUrl: string;
  transparencyUrl: string;
  trayName: string;
  agentOptions: unknown;
  gatingOfNoTeam: boolean;
  tenantId: string;
  connected: boolean;
  hosts: number;
  retention: Retention;
  /** How mail is sent; null for those who don't see it. */
  smtp: PlainTree | null;
  /** How people sign in by SAML; null for those who don't see it. */
  sso: PlainTree | null;
  /** Agent options are for those who manage the organisation. */
  whole: boolean;
}

/** How a stored secret reads; the same eight characters written back mean "unchanged". */
export const secretMask = "********";

const hourInNanoseconds = 3_600_000_000_000;

/** Where a path of the tree is stored. Everything else can only be read. */
export const writablePaths: Readonly<
  Record<
    string,
    | "name"
    | "contactUrl"
    | "contactText"
    | "contactPhone"
    | "publicUrl"
    | "transparencyUrl"
    | "trayName"
    | "gatingOfNoTeam"
    | "agentOptions"
    | `smtp_settings.${string}`
    | `sso_settings.${string}`
    | (typeof expiryPaths)[string]
  >
> = {
  "org_info.org_name": "name",
  "org_info.contact_url": "contactUrl",
  "org_info.contact_text": "contactText",
  "org_info.contact_phone": "contactPhone",
  "server_settings.server_url": "publicUrl",
  "fleet_desktop.transparency_url": "transparencyUrl",
  "fleet_desktop.tray_name": "trayName",
  "integrations.conditional_access_enabled": "gatingOfNoTeam",
  agent_options: "agentOptions",
  ...smtpPaths,
  ...ssoPaths,
  ...expiryPaths,
};

/** What clients send back as they read it and nobody can set here. */
export const ignoredPaths = [
  /^license\b/,
  /^conditional_access\b/,
  smtpReadOnly,
  ssoUnused,
  /(^|[._])enabled_and_configured$/,
  /^mdm\.apple_bm_terms_expired$/,
  /^update_interval\b/,
  /^logging\b/,
];

/** The whole tree. Parts that this server doesn't have are there, off or empty, because clients read them without asking. */
export function buildConfig(facts: ConfigFacts): ConfigTree {
  return {
    org_info: {
      org_name: facts.name,
      org_logo_url: "",
      org_logo_url_light_background: "",
      contact_url: facts.contactUrl,
      contact_text: facts.contactText,
      contact_phone: facts.contactPhone,
    },
    server_settings: {
      server_url: facts.publicUrl,
      enable_analytics: false,
      live_query_disabled: true,
      query_reports_disabled: true,
      query_report_cap: 0,
      scripts_disabled: true,
      ai_features_disabled: true,
      deferred_save_host: false,
    },
    ...(facts.smtp && { smtp_settings: facts.smtp }),
    ...(facts.sso && { sso_settings: facts.sso }),
    ...(facts.whole && {
      agent_options: facts.agentOptions,
    }),
    conditional_access: {
      microsoft_entra_tenant_id: facts.tenantId,
      microsoft_entra_connection_configured: facts.connected,
      okta_idp_id: "",
      okta_assertion_consumer_service_url: "",
      okta_audience_uri: "",
      okta_certificate: "",
      bypass_disabled: true,
    },
    ...toExpiryTree(facts.retention),
    features: {
      enable_host_users: false,
      enable_software_inventory: false,
      additional_queries: null,
      historical_data: { uptime: false, vulnerabilities: false },
    },
    mdm: {
      enabled_and_configured: false,
      apple_bm_enabled_and_configured: false,
      apple_bm_terms_expired: false,
      windows_enabled_and_configured: false,
      android_enabled_and_configured: false,
      apple_server_url: "",
      ...mdmSettingsOff,
      macos_migration: { enable: false, mode: "", webhook_url: "" },
      end_user_authentication: { entity_id: "", issuer_uri: "", idp_name: "", metadata: "", metadata_url: "" },
      apple_business_manager: [],
      volume_purchasing_program: [],
    },
    integrations: { jira: [], zendesk: [], google_calendar: [], conditional_access_enabled: facts.gatingOfNoTeam },
    webhook_settings: {
      interval: "24h0m0s",
      host_status_webhook: { enable_host_status_webhook: false, destination_url: "", host_percentage: 0, days_count: 0 },
      failing_policies_webhook: { enable_failing_policies_webhook: false, destination_url: "", policy_ids: [], host_batch_size: 0 },
      vulnerabilities_webhook: { enable_vulnerabilities_webhook: false, destination_url: "", host_batch_size: 0 },
      activities_webhook: { enable_activities_webhook: false, destination_url: "" },
    },
    fleet_desktop: { transparency_url: facts.transparencyUrl, alternative_browser_host: "", tray_name: facts.trayName },
    gitops: { gitops_mode_enabled: false, repository_url: "", exceptions: { labels: false, secrets: true, software: false } },
    // Clients leave out team files unless the tier is one that has teams; this server has no tiers.
    license: { tier: "premium", organization: facts.name, device_count: facts.hosts, expiration: "2099-12-31T00:00:00Z", note: "", managed_cloud: false },
    update_interval: { osquery_detail: hourInNanoseconds, osquery_policy: hourInNanoseconds },
    logging: { debug: false, json: true, result: { plugin: "stdout", config: {} }, status: { plugin: "stdout", config: {} } },
    vulnerabilities: { databases_path: "", periodicity: 0, disable_data_sync: true },
    vulnerability_settings: { databases_path: "" },
    scripts: [],
    yara_rules: [],
    partnerships: { enable_primo: false },
  };
}
