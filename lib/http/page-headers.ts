import { randomBytes } from "node:crypto";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";

/** How an answer is guarded. `https`: the visitor's browser speaks HTTPS. `dev`: hot reload needs what a finished page doesn't. */
export interface GuardOptions {
  https: boolean;
  dev: boolean;
}

const policyHeader = "content-security-policy";
const noncePattern = /'nonce-([A-Za-z0-9+/_-]+={0,2})'/;
const loopback = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/i;

const alike: Record<string, string> = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "same-origin",
  "permissions-policy":
    "accelerometer=(), autoplay=(), camera=(), display-capture=(), fullscreen=(self), geolocation=(), gyroscope=(), microphone=(), payment=(), publickey-credentials-get=(), usb=()",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** What isn't a page loads nothing and is shown nowhere. */
export const closedPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * The policy of a page that React draws: scripts and style sheets by this answer's nonce alone, nothing from elsewhere. `anyImage`: pictures from
 * other servers too, for the sign-in page, which shows the mark that an admin chose for an identity provider.
 */
export function pagePolicy(nonce: string, { https, dev, anyImage = false }: GuardOptions & { anyImage?: boolean }): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ""}`,
    // The overlay of a development server writes style sheets without a nonce.
    dev ? "style-src 'self' 'unsafe-inline'" : `style-src 'self' 'nonce-${nonce}'`,
    // React writes a measure of an element into its style attribute. Such a text reaches that one element alone: it has no selectors to read the
    // page with, loads nothing that img-src and font-src don't allow, and runs nothing.
    "style-src-attr 'unsafe-inline'",
    `img-src 'self' data:${anyImage ? " https:" : ""}`,
    "font-src 'self'",
    `connect-src 'self'${dev ? " ws: wss:" : ""}`,
    "form-action 'self'",
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    ...(https ? ["upgrade-insecure-requests"] : []),
  ].join("; ");
}

/** The nonce that an answer's scripts carry, from the headers that a page sees of its request; undefined where no server of ours set one. */
export function nonceOf(headers: Pick<Headers, "get">): string | undefined {
  return noncePattern.exec(headers.get(policyHeader) ?? "")?.[1];
}

/**
 * Lets an answer go out with every header that keeps others out, whoever writes it. Called before anything else sees the request. Makes the page's
 * nonce and tells it to the page through the request's own policy header, whatever the client sent there. A header that the answer sets itself
 * stays, except that what may hold a person's data is never stored.
 */
export function guardAnswer(request: IncomingMessage, response: ServerResponse, options: GuardOptions): void {
  const path = (request.url ?? "/").split("?", 1)[0] as string;
  const policy = pagePolicy(randomBytes(18).toString("base64"), { ...options, anyImage: path === "/sign-in" });
  request.headers[policyHeader] = policy;
  delete request.headers["content-security-policy-report-only"];
  const defaults = { ...alike, ...(options.https && !loopback.test(request.headers.host ?? "") && { "strict-transport-security": "max-age=31536000" }) };
  const write = response.writeHead.bind(response) as (...given: unknown[]) => ServerResponse;
  response.writeHead = ((...given: [number, ...unknown[]]) => {
    const last = given.at(-1);
    if (typeof last === "object" && last !== null && !Array.isArray(last)) {
      given.pop();
      for (const [name, value] of Object.entries(last as OutgoingHttpHeaders)) if (value !== undefined) response.setHeader(name, value);
    }
    for (const [name, value] of Object.entries(defaults)) if (!response.hasHeader(name)) response.setHeader(name, value);
    const isPage = String(response.getHeader("content-type")).startsWith("text/html");
    if (!response.hasHeader(policyHeader)) response.setHeader(policyHeader, isPage ? policy : closedPolicy);
    const kept = String(response.getHeader("cache-control") ?? "");
    if (!mayBeKept(path, given[0]) && !kept.includes("no-store")) response.setHeader("cache-control", "no-store");
    return write(...given);
  }) as ServerResponse["writeHead"];
}

// Files of the build and of the public pages, and the pages of someone who can't sign in, which hold nobody's data and say themselves how long they last.
function mayBeKept(path: string, status: number): boolean {
  if (/^\/(device|microsoft-compliance-partner)(\/|$)/.test(path)) return true;
  return status < 400 && /^\/(_next\/static\/|assets\/|icon\.svg$|favicon\.ico$)/.test(path);
}
