import { toSessionJson } from "@/app/api/v1/fleet/_json/session-json";
import { adminRoute } from "@/lib/auth/admin-route";
import { endAllSessions } from "@/lib/auth/sessions/end-all-sessions";
import { listSessions } from "@/lib/auth/sessions/list-sessions";
import { IdParams } from "@/lib/http/list-params";

/** A user's sessions. */
export const GET = adminRoute({ route: "GET users/:id/sessions", params: IdParams }, async (ctx, { params }) => ({
  sessions: (await listSessions(ctx, params.id)).map(toSessionJson),
}));

/** Ends all of a user's sessions and revokes their API tokens. */
export const DELETE = adminRoute({ route: "DELETE users/:id/sessions", params: IdParams }, async (ctx, { params }) => {
  await endAllSessions(ctx, params.id, { apiTokens: true });
  return {};
});
