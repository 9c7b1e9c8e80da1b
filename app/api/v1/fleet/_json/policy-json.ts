import { z } from "zod";
import { QueryBoolean, listQuery } from "@/lib/http/list-params";
import type { PolicyFields, PolicyLabelNames, PolicyWithCounts } from "@/lib/policies/policy";
import { labelScopes, policyPlatforms } from "@/lib/policies/policy-scope";

/** A policy as clients know it. `unknown_host_count`, `version`, `version_since` and `gated_since` are ours. */
export function toPolicyJson(policy: PolicyWithCounts, countedAt: Date) {
  const labels = Object.fromEntries(
    labelScopes.flatMap((scope) => {
      const ofScope = policy.labels.filter((label) => label.scope === scope);
      return ofScope.length > 0 ? [[`labels_${scope}`, ofScope.map(({ id, name }) => ({ id, name }))]] : [];
    }),
  );
  return {
    id: policy.id,
    name: policy.name,
    query: policy.query,
    description: policy.description,
    resolution: policy.resolution,
    platform: policy.platform,
    critical: policy.critical,
    type: "dynamic",
    team_id: policy.teamId,
    author_id: policy.authorId,
    author_name: policy.authorName,
    author_email: policy.authorEmail,
    passing_host_count: policy.pass,
    failing_host_count: policy.fail,
    unknown_host_count: policy.unknown,
    host_count_updated_at: countedAt.toISOString(),
    calendar_events_enabled: false,
    conditional_access_enabled: policy.conditionalAccessEnabled,
    continuous_automations_enabled: false,
    fleet_maintained: false,
    gated_since: policy.gatedSince?.toISOString() ?? null,
    version: policy.version,
    version_since: policy.versionSince.toISOString(),
    ...labels,
    created_at: policy.createdAt.toISOString(),
    updated_at: policy.updatedAt.toISOString(),
  };
}

const text = z.string({ error: "expected a string" });
const LabelNames = z.array(text).nullish();
// Automations of other kinds: clients send them switched off.
const off = z.literal(false, { error: "this server has no such automation; send false or leave it out" }).nullish();
const unset = z.union([z.literal(0), z.literal("")], { error: "this server has no such automation; send null or leave it out" }).nullish();

const fields = {
  description: text.nullish(),
  resolution: text.nullish(),
  platform: text.nullish(),
  critical: z.boolean({ error: "expected true or false" }).nullish(),
  conditional_access_enabled: z.boolean({ error: "expected true or false" }).nullish(),
  labels_include_any: LabelNames,
  labels_include_all: LabelNames,
  labels_exclude_any: LabelNames,
  labels_exclude_all: LabelNames,
  type: z.literal(["dynamic", ""], { error: "this server has dynamic policies only" }).nullish(),
  calendar_events_enabled: off,
  continuous_automations_enabled: off,
  software_title_id: unset,
  script_id: unset,
  patch_software_title_id: unset,
};

/** A new policy. */
export const PolicyBody = z.strictObject({ name: text, query: text, ...fields });

/** A change of a policy; null keeps, an empty list of labels clears them. */
export const PolicyPatchBody = z.strictObject({ name: text.nullish(), query: text.nullish(), ...fields });

/** The fields of a body that verbs take. */
export function toPolicyFields(body: z.output<typeof PolicyPatchBody>): Partial<PolicyFields> {
  const given = {
    name: body.name,
    query: body.query,
    description: body.description,
    resolution: body.resolution,
    platform: body.platform,
    critical: body.critical,
    conditionalAccessEnabled: body.conditional_access_enabled,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value != null));
}

/** The label names of a body; undefined when it names none, which keeps those that are set. */
export function toLabelNames(body: z.output<typeof PolicyPatchBody>): PolicyLabelNames | undefined {
  const given = labelScopes.flatMap((scope) => (body[`labels_${scope}`] ? [[scope, body[`labels_${scope}`]]] : []));
  return given.length > 0 ? (Object.fromEntries(given) as PolicyLabelNames) : undefined;
}

const orderKeys = ["id", "name", "team_id", "created_at", "updated_at", "failing_host_count", "passing_host_count"] as const;

/** The query string of policy lists. */
export const PolicyListQuery = listQuery(orderKeys, {
  platform: z.enum(policyPlatforms, { error: "expected darwin, windows, linux or chrome" }).optional(),
  merge_inherited: QueryBoolean.optional(),
  automation_type: z
    .enum(["software", "scripts", "calendar", "conditional_access", "other"], { error: "expected software, scripts, calendar, conditional_access or other" })
    .optional(),
});

/** A checked query string as the verbs take it; null when it asks for an automation that no policy has here. */
export function toPolicyOptions(query: z.output<typeof PolicyListQuery>) {
  if (query.automation_type !== undefined && query.automation_type !== "conditional_access") return null;
  const { list } = query;
  return {
    query: list.query,
    platform: query.platform ?? "",
    automation: query.automation_type ? ("gated" as const) : ("" as const),
    orderKey: (list.orderKey ?? "id") as (typeof orderKeys)[number],
    orderDirection: list.orderDirection,
    page: list.page,
    perPage: list.perPage ?? undefined,
  };
}

/** The body that names policies to delete. */
export const PolicyIds = z.strictObject({ ids: z.array(z.int().positive()).min(1, "expected at least one id").max(1000) });
