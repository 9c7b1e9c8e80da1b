import { boundToken, samlRequestSeconds } from "../sso/saml/start-saml-sign-in";

const secureName = "__Host-FLEETSSOSESSIONID";
const plainName = "FLEETSSOSESSIONID";

/**
 * The Set-Cookie line that binds a sign-in under way to this browser. The answer comes back as a post from the identity provider's page, so the cookie
 * must be SameSite=None, which browsers take only with Secure. On a plain http address, a trial's, it says nothing of SameSite: browsers then send
 * a cookie that is younger than two minutes, and on localhost always.
 */
export function samlCookie(token: string, https: boolean): string {
  const name = https ? secureName : plainName;
  return `${name}=${token}; Path=/; Max-Age=${samlRequestSeconds}; HttpOnly${https ? "; Secure; SameSite=None" : ""}`;
}

/** The lines that take the cookie away, under either name. */
export const samlCookiesGone = [`${secureName}=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=None`, `${plainName}=; Path=/; Max-Age=0; HttpOnly`] as const;

/**
 * The token in a Cookie header, or undefined, as startSamlSignIn stored it: with the kind of cookie it came in. Another page of the domain can set
 * the plain cookie but not the strict one, and so can't give this browser a sign-in of its own where answers come by https.
 */
export function samlTokenOf(cookieHeader: string | null): string | undefined {
  const found = new Map<string, string>();
  for (const part of (cookieHeader ?? "").split(";")) {
    const [name = "", ...value] = part.trim().split("=");
    if (!found.has(name)) found.set(name, value.join("="));
  }
  const strict = found.get(secureName);
  const plain = found.get(plainName);
  return strict ? boundToken(strict, true) : plain && boundToken(plain, false);
}
