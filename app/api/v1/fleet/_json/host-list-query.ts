import { z } from "zod";
import { BadRequestError } from "@/lib/errors";
import { HostOrderKey, type HostFilter } from "@/lib/hosts/host-filter";
import { listQuery, QueryId } from "@/lib/http/list-params";

// Filters of things this server doesn't keep. Leaving them out silently would answer with hosts that weren't asked for.
const unsupported = [
  "software_title_id",
  "software_version_id",
  "software_id",
  "software_status",
  "os_id",
  "os_name",
  "os_version",
  "os_version_id",
  "vulnerability",
  "mdm_id",
  "mdm_name",
  "mdm_enrollment_status",
  "macos_settings",
  "apple_settings",
  "os_settings",
  "os_settings_disk_encryption",
  "macos_settings_disk_encryption",
  "profile_uuid",
  "profile_status",
  "bootstrap_package",
  "low_disk_space",
];

const Status = z.enum(["new", "online", "offline", "missing", "mia"], { error: "expected new, online, offline or missing" });

const filters = {
  status: Status.optional(),
  team_id: QueryId.optional(),
  label_id: QueryId.optional(),
  policy_id: QueryId.optional(),
  policy_response: z.enum(["passing", "failing"], { error: "expected passing or failing" }).optional(),
  /** Ours: as policy_response, and `unknown`. */
  policy_outcome: z.enum(["pass", "fail", "unknown"], { error: "expected pass, fail or unknown" }).optional(),
  platform: z.string().max(40).optional(),
  access_state: z.enum(["in", "held", "unsure", "loose"], { error: "expected in, held, unsure or loose" }).optional(),
  ...Object.fromEntries(unsupported.map((name) => [name, z.never({ error: "this server has no such data to filter by; leave it out" }).optional()])),
};

/** The query string of every list of hosts: filters, order, paging. */
export const HostListQuery = listQuery(HostOrderKey.options, filters).refine(
  (given) => !("policy_response" in given && given.policy_response) || given.policy_id !== undefined,
  {
    path: ["policy_response"],
    message: "needs policy_id",
  },
);

/** A checked query string as the filter that verbs take. */
export function toHostFilter(query: z.output<typeof HostListQuery>): HostFilter {
  const outcome = query.policy_response === "passing" ? "pass" : query.policy_response === "failing" ? "fail" : query.policy_outcome;
  return {
    query: query.list.query || undefined,
    teamId: query.team_id,
    labelId: query.label_id,
    platform: query.platform,
    accessState: query.access_state,
    policyId: query.policy_id,
    policyOutcome: outcome,
    status: query.status,
  };
}

/** The `filters` of a bulk change; an empty object means every host. */
export const HostFilters = z.strictObject({
  query: z.string().max(200).nullish(),
  status: Status.or(z.literal("")).nullish(),
  label_id: z.number().int().positive().nullish(),
  team_id: z.number().int().min(0).nullish(),
});

/**
 * Bulk filters as verbs take them.
 * @throws BadRequestError `bad_filters` when a label and a status are combined, as clients expect
 */
export function fromHostFilters(given: z.output<typeof HostFilters>): HostFilter {
  if (given.label_id && given.status) throw new BadRequestError("bad_filters", "label_id and status can't be combined. Use one of them.");
  return { query: given.query || undefined, status: given.status || undefined, labelId: given.label_id ?? undefined, teamId: given.team_id ?? undefined };
}
