import { decode } from "next-auth/jwt";
import type { CookiesOptions } from "next-auth";
import { derivedSecret } from "../../secret-box";

/** Why somebody is sent to Microsoft: to sign in, or to try a directory out. Each keeps its own cookies, so that a trial disturbs no sign-in. */
export type FlowKind = "sign_in" | "trial";

const parts = ["state", "nonce", "pkceCodeVerifier", "callbackUrl", "csrfToken"] as const;
const lastsSeconds = 15 * 60;

/** The secret that next-auth encrypts its cookies with. */
export const nextAuthSecret = (): string => derivedSecret("next-auth");

/**
 * The cookies of a sign-in under way: HttpOnly, 15 minutes, Lax because Microsoft leads back by a plain link. On https the browser itself
 * keeps them to this host and to https (`__Host-`).
 */
export function flowCookies(kind: FlowKind, https: boolean): Pick<CookiesOptions, (typeof parts)[number]> {
  const options = { httpOnly: true, sameSite: "lax" as const, path: "/", secure: https, maxAge: lastsSeconds };
  const of = (part: string) => ({ name: `${https ? "__Host-" : ""}flotilla_${kind}_${part.toLowerCase()}`, options });
  return Object.fromEntries(parts.map((part) => [part, of(part)])) as Pick<CookiesOptions, (typeof parts)[number]>;
}

/** Set-Cookie lines that forget a sign-in. */
export function forgetFlow(kind: FlowKind, https: boolean): string[] {
  return Object.values(flowCookies(kind, https)).map(({ name }) => `${name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax${https ? "; Secure" : ""}`);
}

/** Whether this browser began that flow through this directory with that state. */
export async function beganFlow(kind: FlowKind, https: boolean, slug: string, state: string, cookies: Readonly<Record<string, string>>): Promise<boolean> {
  const { name } = flowCookies(kind, https).state;
  const token = cookies[name];
  if (!token) return false;
  try {
    const kept = await decode({ token, secret: nextAuthSecret(), salt: name });
    return kept?.value === state && kept.provider === slug;
  } catch {
    return false; // expired, or not written by this server
  }
}

/** The cookies of a request; of two with one name, the first. */
export function cookiesOf(header: string | null): Record<string, string> {
  const found: Record<string, string> = {};
  for (const part of (header ?? "").split(";")) {
    const at = part.indexOf("=");
    const name = part.slice(0, at).trim();
    if (at < 1 || name in found) continue;
    const value = part.slice(at + 1).trim();
    try {
      found[name] = decodeURIComponent(value);
    } catch {
      found[name] = value;
    }
  }
  return found;
}
