import type { Context } from "../context";
import { listSignInDirectories } from "./oidc/list-sign-in-directories";
import { getSsoButton } from "./saml/get-sso-button";

/** A way to sign in without a password. `href` begins it; `imageUrl` is empty, or where an identity provider's own mark lies. */
export interface SignInWay {
  kind: "microsoft" | "saml";
  name: string;
  href: string;
  imageUrl: string;
}

/** What the sign-in page offers beside the password, to anyone: enabled directories, the oldest first, then SAML. */
export async function listSignInWays(ctx: Pick<Context, "db">, next: string): Promise<SignInWay[]> {
  const [directories, saml] = await Promise.all([listSignInDirectories(ctx), getSsoButton(ctx)]);
  const query = next === "/" ? "" : `?next=${encodeURIComponent(next)}`;
  return [
    ...directories.map(({ slug, name }) => ({ kind: "microsoft" as const, name, href: `/sign-in/sso/${slug}${query}`, imageUrl: "" })),
    ...(saml.enabled ? [{ kind: "saml" as const, name: saml.idpName || "single sign-on", href: `/sign-in/saml${query}`, imageUrl: saml.idpImageUrl }] : []),
  ];
}
