/** The browser's session cookie. next-auth uses the same name and options. */
export const sessionCookieName = "flotilla_session";

/** HttpOnly; Secure when the visitor came by HTTPS; Lax, because Microsoft's consent page leads back to us by a plain link. */
export function sessionCookieOptions(https: boolean): { httpOnly: true; sameSite: "lax"; path: "/"; secure: boolean } {
  return { httpOnly: true, sameSite: "lax", path: "/", secure: https };
}

/** The session token in a Cookie header, or undefined. Tokens hold nothing that a cookie would have to write otherwise. */
export function sessionTokenOf(cookieHeader: string | null): string | undefined {
  for (const part of (cookieHeader ?? "").split(";")) {
    const [name, ...value] = part.trim().split("=");
    if (name === sessionCookieName) return value.join("=");
  }
  return undefined;
}
