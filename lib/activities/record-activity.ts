import type { SqlContext } from "../context";
import { insertActivities } from "./activity-queries";

/** One thing that somebody did. `details` holds no secret and no personal data beyond names an admin already sees. */
export interface NewActivity {
  type: string;
  teamId?: number | null;
  hostId?: number | null;
  details?: Record<string, unknown>;
}

/** Writes down who did what, in the transaction of the deed: one thing, or several in their order, by one statement. */
export async function recordActivity(ctx: SqlContext, activity: NewActivity | readonly NewActivity[]): Promise<void> {
  const { actor } = ctx;
  const activities = Array.isArray(activity) ? (activity as readonly NewActivity[]) : [activity as NewActivity];
  const author = {
    createdAt: ctx.now(),
    actorKind: actor.kind === "user" ? "user" : "server",
    actorId: actor.kind === "user" ? actor.userId : null,
    actorName: actor.kind === "user" ? actor.name : "",
    actorEmail: actor.kind === "user" ? actor.email : "",
    address: actor.kind === "user" || actor.kind === "nobody" ? (actor.address ?? "") : "",
  } as const;
  await insertActivities(
    ctx.sql,
    author,
    activities.map(({ type, teamId, hostId, details }) => ({ type, team_id: teamId ?? null, host_id: hostId ?? null, details: details ?? {} })),
  );
}
