import { z } from "zod";
import type { EnrollSecret } from "@/lib/teams/enroll-secrets";
import { readTreePatch, type PlainTree } from "@/lib/teams/read-tree-patch";
import type { TeamCounts, TeamRow } from "@/lib/teams/team";
import type { TeamPatch } from "@/lib/teams/update-team";
import { mdmSettingsOff } from "@/lib/teams/mdm-settings-off";

/** A team as clients know it. Parts that this server doesn't have are there, off or empty. `conditional_access` is ours. */
export function toTeamJson(team: TeamRow & TeamCounts, secrets?: EnrollSecret[]): PlainTree {
  return {
    id: team.id,
    name: team.name,
    description: team.description,
    created_at: team.createdAt.toISOString(),
    user_count: team.userCount,
    host_count: team.hostCount,
    agent_options: null,
    host_expiry_settings: { host_expiry_enabled: false, host_expiry_window: 0 },
    features: {
      enable_host_users: false,
      enable_software_inventory: false,
      additional_queries: null,
      historical_data: { uptime: false, vulnerabilities: false },
    },
    webhook_settings: {
      failing_policies_webhook: { enable_failing_policies_webhook: false, destination_url: "", policy_ids: [], host_batch_size: 0 },
      host_status_webhook: { enable_host_status_webhook: false, destination_url: "", host_percentage: 0, days_count: 0 },
    },
    integrations: {
      jira: [],
      zendesk: [],
      google_calendar: { enable_calendar_events: false, webhook_url: "" },
      conditional_access_enabled: team.conditionalAccessEnabled,
    },
    mdm: mdmSettingsOff,
    scripts: [],
    software: { packages: [], app_store_apps: [], fleet_maintained_apps: [] },
    conditional_access: {
      since: team.conditionalAccessSince?.toISOString() ?? null,
      audit_only: team.auditOnly,
      require_mdm: team.requireMdm,
      stale_after_seconds: team.staleAfterSeconds,
      unknown_grace_seconds: team.unknownGraceSeconds,
      on_disable: team.onDisable,
      connection_id: team.connectionId,
    },
    ...(secrets && { secrets: secrets.map(toSecretJson) }),
  };
}

/** An enroll secret as clients know it. */
export function toSecretJson(secret: EnrollSecret) {
  return { secret: secret.secret, created_at: secret.createdAt.toISOString(), ...(secret.teamId !== null && { team_id: secret.teamId }) };
}

/** The body that names enroll secrets. */
export const SecretList = z.array(z.object({ secret: z.string({ error: "expected a string" }) }));

const writable = {
  name: "name",
  description: "description",
  "integrations.conditional_access_enabled": "conditionalAccessEnabled",
  "conditional_access.audit_only": "auditOnly",
  "conditional_access.require_mdm": "requireMdm",
  "conditional_access.stale_after_seconds": "staleAfterSeconds",
  "conditional_access.unknown_grace_seconds": "unknownGraceSeconds",
  "conditional_access.on_disable": "onDisable",
  "conditional_access.connection_id": "connectionId",
} as const;

const PatchValues = z.object({
  name: z.string({ error: "expected a string" }).optional(),
  description: z.string({ error: "expected a string" }).optional(),
  conditionalAccessEnabled: z.boolean({ error: "expected true or false" }).optional(),
  auditOnly: z.boolean({ error: "expected true or false" }).optional(),
  requireMdm: z.enum(["any", "ours", "not_required"], { error: "expected any, ours or not_required" }).optional(),
  staleAfterSeconds: z.int({ error: "expected whole seconds" }).optional(),
  unknownGraceSeconds: z.int({ error: "expected whole seconds" }).optional(),
  onDisable: z.enum(["leave", "release", "lock"], { error: "expected leave, release or lock" }).optional(),
  connectionId: z.int({ error: "expected a connection's id" }).optional(),
});

/** A partial team as the verb takes it; `parse` checks the kinds of its values. */
export function readTeamPatch(
  patch: PlainTree,
  team: TeamRow & TeamCounts,
  parse: (schema: typeof PatchValues, values: unknown) => z.output<typeof PatchValues>,
): TeamPatch {
  return parse(
    PatchValues,
    readTreePatch(patch, toTeamJson(team, []), { writable, ignored: [/^(id|created_at|user_count|host_count|secrets)$/, /^conditional_access\.since$/] }),
  );
}
