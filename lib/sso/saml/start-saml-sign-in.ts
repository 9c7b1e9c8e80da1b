import type { Context } from "../../context";
import { ConflictError } from "../../errors";
import { hashToken, randomToken } from "../../secret-box";
import { buildAuthnRequest } from "./authn-request";
import { findIdpMetadata } from "./find-idp-metadata";
import { getSamlSettingsRow, insertSamlRequest } from "./saml-queries";
import { serviceProvider } from "./service-provider";

/** How long a person has to sign in at the identity provider. */
export const samlRequestSeconds = 300;

/** A sign-in begun: where the browser goes, and the token that its cookie holds meanwhile. `https`: whether the answer will come to an https address. */
export interface StartedSamlSignIn {
  url: string;
  token: string;
  https: boolean;
}

/**
 * Begins a sign-in at the identity provider, bound to one browser by a cookie and good for one answer within five minutes. For nobody yet: it asks for no permission.
 * @param returnPath a path of this server, checked by the caller
 * @throws ConflictError `sso_off`; UpstreamError `metadata_missing`
 */
export async function startSamlSignIn(ctx: Context, returnPath: string): Promise<StartedSamlSignIn> {
  const settings = await getSamlSettingsRow(ctx.db);
  if (!settings.enabled) throw new ConflictError("sso_off", "Single sign-on with SAML is off. Sign in another way.");
  const provider = serviceProvider(settings);
  const { requestId, url } = await buildAuthnRequest(await findIdpMetadata(ctx), provider);
  const token = randomToken(24);
  const https = provider.baseUrl.startsWith("https://");
  const createdAt = ctx.now();
  const expiresAt = new Date(createdAt.getTime() + samlRequestSeconds * 1000);
  await insertSamlRequest(ctx.db, { cookieHash: hashToken(boundToken(token, https)), requestId, returnPath, createdAt, expiresAt });
  return { url, token, https };
}

/** A token together with the kind of cookie that holds it. */
export const boundToken = (token: string, https: boolean): string => `${https ? "strict" : "plain"}:${token}`;
