/** Kinds of activities as a person looks for them. */
export const activityGroups: Record<string, { label: string; types: string[] }> = {
  gating: {
    label: "Gating",
    types: [
      "edited_conditional_access_policies",
      "enabled_conditional_access_automations",
      "disabled_conditional_access_automations",
      "conditional_access_exception_granted",
      "conditional_access_exception_revoked",
      "conditional_access_exception_expired",
    ],
  },
  access: {
    label: "Changes of access",
    types: [
      "host_compliance_changed",
      "host_compliance_report_failed",
      "host_compliance_report_recovered",
      "ran_automation_conditional_access",
      "sent_host_compliance_now",
      "retried_host_compliance_report",
      "policy_query_at_fault",
      "policy_query_healed",
    ],
  },
  policies: { label: "Policies", types: ["created_policy", "edited_policy", "deleted_policy"] },
  hosts: {
    label: "Hosts",
    types: [
      "fleet_enrolled",
      "host_enrollment_refused",
      "transferred_hosts",
      "deleted_host",
      "requested_host_refetch",
      "host_entra_identity_changed",
      "resolved_identity_conflict",
    ],
  },
  teams: {
    label: "Teams and labels",
    types: ["created_team", "edited_team", "deleted_team", "edited_enroll_secrets", "created_label", "edited_label", "deleted_label"],
  },
  connection: {
    label: "Microsoft",
    types: [
      "added_conditional_access_integration_microsoft",
      "deleted_conditional_access_integration_microsoft",
      "entra_consent_started",
      "entra_consent_completed",
      "entra_consent_declined",
      "entra_credential_rotated",
      "entra_credential_expires_soon",
      "entra_connection_degraded",
      "entra_connection_recovered",
      "entra_group_chosen",
      "entra_disconnect_started",
      "entra_resync_requested",
    ],
  },
  people: { label: "Sign-in", types: ["user_logged_in", "user_logged_out", "user_failed_login", "changed_password", "ended_user_sessions"] },
  tokens: { label: "API tokens", types: ["created_api_token", "revoked_api_token"] },
  settings: { label: "Settings", types: ["finished_setup", "exported_activities", "edited_organisation", "edited_agent_options"] },
};
