import { z } from "zod";
import { QueryId } from "@/lib/http/list-params";

const Instant = z
  .string()
  .refine((text) => !Number.isNaN(Date.parse(text)), "expected a time such as 2026-03-02T09:00:00Z")
  .transform((text) => new Date(text));

/** How the list of activities and its export are narrowed. */
export const activityFilters = {
  activity_type: z.string().max(100).optional(),
  start_created_at: Instant.optional(),
  end_created_at: Instant.optional(),
  /** Ours. */
  team_id: QueryId.optional(),
  host_id: QueryId.optional(),
  actor_id: QueryId.optional(),
  actor: z.enum(["user", "server"], { error: "expected user or server" }).optional(),
};

/** The filters as the verb takes them. */
export function toActivityFilter(query: z.output<z.ZodObject<typeof activityFilters>>) {
  return {
    types: query.activity_type ? [query.activity_type] : [],
    from: query.start_created_at,
    until: query.end_created_at,
    teamId: query.team_id,
    hostId: query.host_id,
    actorId: query.actor_id,
    actor: query.actor,
  };
}
