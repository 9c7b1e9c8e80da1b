import { z } from "zod";
import { toSessionJson } from "@/app/api/v1/fleet/_json/session-json";
import { adminRoute } from "@/lib/auth/admin-route";
import { endOneSession } from "@/lib/auth/sessions/end-one-session";
import { getSession } from "@/lib/auth/sessions/get-session";

const SessionParams = z.object({ id: z.string().regex(/^[\w-]{1,64}$/) });

/** One session. */
export const GET = adminRoute({ route: "GET sessions/:id", params: SessionParams }, async (ctx, { params }) =>
  toSessionJson((await getSession(ctx, params.id)).session),
);

/** Ends a session. */
export const DELETE = adminRoute({ route: "DELETE sessions/:id", params: SessionParams }, async (ctx, { params }) => {
  await endOneSession(ctx, params.id);
  return {};
});
