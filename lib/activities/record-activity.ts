import type { SqlContext } from "../context";
import { insertActivity } from "./activity-queries";

/** One thing that somebody did. `details` holds no secret and no personal data beyond names an admin already sees. */
export interface NewActivity {
  type: string;
  teamId?: number | null;
  hostId?: number | null;
  details?: Record<string, unknown>;
}

/** Writes down who did what, in the transaction of the deed. */
export async function recordActivity(ctx: SqlContext, activity: NewActivity): Promise<void> {
  const { actor } = ctx;
  await insertActivity(ctx.sql, {
    createdAt: ctx.now(),
    actorKind: actor.kind === "user" ? "user" : "server",
    actorId: actor.kind === "user" ? actor.userId : null,
    actorName: actor.kind === "user" ? actor.name : "",
    actorEmail: actor.kind === "user" ? actor.email : "",
    address: actor.kind === "user" || actor.kind === "nobody" ? (actor.address ?? "") : "",
    type: activity.type,
    teamId: activity.teamId ?? null,
    hostId: activity.hostId ?? null,
    details: activity.details ?? {},
  });
}
