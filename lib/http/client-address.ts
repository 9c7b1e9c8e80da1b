/** Set by server.ts from the socket (and from trusted proxies), never taken from outside. */
export const addressHeader = "x-flotilla-address";

/** Set by server.ts: the path and query that was asked for, so that a page can send the visitor through sign-in and back. */
export const pathHeader = "x-flotilla-path";

/** The address a request came from, for limits and the log; "unknown" when server.ts didn't say it. X-Forwarded-For counts only there. */
export function clientAddress(headers: Pick<Headers, "get">): string {
  return headers.get(addressHeader) ?? "unknown";
}

/** Whether the visitor's browser speaks HTTPS to us or to the proxy before us. */
export function cameByHttps(headers: Pick<Headers, "get">): boolean {
  return headers.get("x-forwarded-proto")?.split(",")[0]?.trim() === "https";
}
