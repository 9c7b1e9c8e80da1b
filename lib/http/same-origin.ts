import { ForbiddenError } from "../errors";

/**
 * Refuses a write that another site's page may have caused: the browser says where a request comes from, by Sec-Fetch-Site or Origin.
 * Only for requests that carry a cookie; a bearer token isn't sent by itself.
 * @throws ForbiddenError `cross_site_request`
 */
export function checkSameOrigin(request: Request): void {
  if (isRead(request.method) || isSameOrigin(request.headers, new URL(request.url).host)) return;
  throw new ForbiddenError("cross_site_request", "This write didn't come from a page of this server. Use an API token for scripts.");
}

/**
 * Whether a request is a form or server action of a page that isn't ours: of another site, or of nobody who says so. Asked of every request before
 * a page sees it, so that no action has to remember it, whether or not its sender is signed in. The REST API asks by itself where a cookie counts;
 * a locked-out person's page answers to its own address alone, without a cookie, and says no origin.
 */
export function isForeignForm(method: string, path: string, headers: Pick<Headers, "get">): boolean {
  if (isRead(method) || /^\/(api|device)\//.test(path)) return false;
  return !isSameOrigin(headers, "");
}

function isRead(method: string): boolean {
  return ["GET", "HEAD", "OPTIONS"].includes(method);
}

function isSameOrigin(headers: Pick<Headers, "get">, ownHost: string): boolean {
  const origin = headers.get("origin");
  const host = headers.get("x-forwarded-host") ?? headers.get("host") ?? ownHost;
  return origin ? hostOf(origin) === host.toLowerCase() : headers.get("sec-fetch-site") === "same-origin";
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
