import type { Activity } from "@/lib/activities/activity";

/** An activity as clients know it. `fleet_initiated`: the server did it by itself. */
export function toActivityJson(activity: Activity) {
  const byUser = activity.actorKind === "user";
  return {
    id: activity.id,
    created_at: activity.createdAt.toISOString(),
    actor_id: activity.actorId,
    actor_full_name: byUser ? activity.actorName : null,
    actor_email: byUser ? activity.actorEmail : null,
    actor_gravatar: byUser ? "" : null,
    actor_api_only: byUser ? activity.actorApiOnly : null,
    type: activity.type,
    fleet_initiated: !byUser,
    address: activity.address,
    details: activity.details,
  };
}
