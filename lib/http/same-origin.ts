import { ForbiddenError } from "../errors";

/**
 * Refuses a write that another site's page may have caused: the browser says where a request comes from, by Sec-Fetch-Site or Origin.
 * Only for requests that carry a cookie; a bearer token isn't sent by itself.
 * @throws ForbiddenError `cross_site_request`
 */
export function checkSameOrigin(request: Request): void {
  if (["GET", "HEAD", "OPTIONS"].includes(request.method)) return;
  const origin = request.headers.get("origin");
  const host = request.headers.get("x-forwarded-host") ?? request.headers.get("host") ?? new URL(request.url).host;
  const same = origin ? hostOf(origin) === host : request.headers.get("sec-fetch-site") === "same-origin";
  if (!same) throw new ForbiddenError("cross_site_request", "This write didn't come from a page of this server. Use an API token for scripts.");
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
