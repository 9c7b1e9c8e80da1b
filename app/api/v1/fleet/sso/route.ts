import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { localPath } from "@/lib/auth/local-path";
import { samlCookie } from "@/lib/auth/saml-cookie";
import { clientAddress } from "@/lib/http/client-address";
import { countAttempt } from "@/lib/http/count-attempt";
import { getSsoButton } from "@/lib/sso/saml/get-sso-button";
import { startSamlSignIn } from "@/lib/sso/saml/start-saml-sign-in";

/** What a sign-in page shows of single sign-on. */
export const GET = adminRoute({ route: "GET sso" }, async (ctx) => {
  const { enabled, idpName, idpImageUrl } = await getSsoButton(ctx);
  return { settings: { idp_name: idpName, idp_image_url: idpImageUrl, sso_enabled: enabled } };
});

const StartBody = z.strictObject({
  relay_url: z
    .string({ error: "expected a path of this server, such as /hosts" })
    .max(2000, "may have at most 2000 characters")
    .regex(/^(?:$|\/(?![/\\]))/, "expected a path of this server, such as /hosts")
    .default("/"),
});

/** Begins a sign-in: gives the identity provider's address and the cookie that binds the answer to this browser. */
export const POST = adminRoute({ route: "POST sso", body: StartBody }, async (ctx, { body, request }) => {
  await countAttempt("sso_start", clientAddress(request.headers));
  const { url, token, https } = await startSamlSignIn(ctx, localPath(body.relay_url));
  return Response.json({ url }, { headers: { "set-cookie": samlCookie(token, https) } });
});
