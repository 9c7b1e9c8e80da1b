import { adminRoute } from "@/lib/auth/admin-route";
import { endSession } from "@/lib/auth/end-session";

/** Ends the session that the request carries. */
export const POST = adminRoute({ route: "POST logout" }, async (ctx) => {
  await endSession(ctx);
  return {};
});
