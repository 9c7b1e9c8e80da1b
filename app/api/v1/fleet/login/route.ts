import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { isSetUp } from "@/lib/auth/get-organisation";
import { signInWithPassword } from "@/lib/auth/sign-in-with-password";
import { toUserJson } from "@/lib/auth/user-json";
import { actAs } from "@/lib/auth/users/act-as";
import { NotFoundError } from "@/lib/errors";
import { clientAddress } from "@/lib/http/client-address";
import { availableTeams } from "../_json/available-teams";

const LoginBody = z.object({
  email: z.string({ error: "expected an e-mail address" }),
  password: z.string({ error: "expected a password" }).max(1000, "may have at most 1000 characters"),
  supports_email_verification: z.boolean().optional(),
});

/** Gives a bearer token for an e-mail address and its password. */
export const POST = adminRoute({ route: "POST login", body: LoginBody }, async (ctx, { body, request }) => {
  if (!(await isSetUp(ctx))) throw new NotFoundError("not_set_up", "This server isn't set up yet. Open the address that it printed when it started.");
  const from = { kind: "api" as const, userAgent: request.headers.get("user-agent") ?? "", address: clientAddress(request.headers) };
  const { user, session } = await signInWithPassword(ctx, { ...body, ...from });
  const signedIn = await actAs(ctx, user.id);
  return { user: toUserJson(signedIn.user), available_teams: await availableTeams(signedIn.ctx), token: session.token };
});
