import { adminRoute } from "@/lib/auth/admin-route";
import { finishSetup } from "@/lib/auth/finish-setup";
import { isSetUp } from "@/lib/auth/get-organisation";
import { SetupBody } from "@/lib/auth/setup-form";
import { countSignInAttempt } from "@/lib/auth/sign-in-throttle";
import { startSession } from "@/lib/auth/start-session";
import { toUserJson } from "@/lib/auth/user-json";
import { NotFoundError } from "@/lib/errors";
import { clientAddress } from "@/lib/http/client-address";
import { parseBody } from "@/lib/http/error-envelope";
import { toCanonicalNames } from "@/lib/http/doubled-names";
import { readJsonBody } from "@/lib/http/read-json-body";

/** The first run. Once it was done nothing stands here, whatever the body holds. */
export const POST = adminRoute({ route: "POST setup" }, async (ctx, { request }) => {
  if (await isSetUp(ctx)) throw new NotFoundError("already_set_up", "This server is set up already. Sign in instead.");
  const address = clientAddress(request.headers);
  await countSignInAttempt("setup", address);
  const body = parseBody(SetupBody, toCanonicalNames(await readJsonBody(request)));
  const done = await finishSetup(ctx, { token: body.setup_token, organisationName: body.org_info.org_name, publicUrl: body.server_url, admin: body.admin });
  const session = await startSession(ctx, done.admin.id, { kind: "api", userAgent: request.headers.get("user-agent") ?? "", address });
  return {
    admin: toUserJson({ ...done.admin, hasPassword: true, teamRoles: [] }),
    org_info: { org_name: done.organisation.name },
    server_url: done.organisation.publicUrl,
    osquery_enroll_secret: done.enrollSecret,
    token: session.token,
  };
});
