/** What begins with this is said by our own threads to each other and never taken from outside. */
export const ownHeaderPrefix = "x-flotilla-";

/** Set by the agents' thread from the socket (and from trusted proxies). */
export const addressHeader = `${ownHeaderPrefix}address`;

/** Set by the agents' thread: "1" when the visitor's browser speaks HTTPS, to us or to the proxy before us. */
export const httpsHeader = `${ownHeaderPrefix}https`;

/** Set by server.ts: the path and query that was asked for, so that a page can send the visitor through sign-in and back. */
export const pathHeader = `${ownHeaderPrefix}path`;

/** The address a request came from, for limits and the log; "unknown" when nobody said it. X-Forwarded-For counts only there. */
export function clientAddress(headers: Pick<Headers, "get">): string {
  return headers.get(addressHeader) ?? "unknown";
}

/** Whether the visitor's browser speaks HTTPS to us or to the proxy before us. */
export function cameByHttps(headers: Pick<Headers, "get">): boolean {
  return headers.get("x-forwarded-proto")?.split(",")[0]?.trim() === "https";
}
