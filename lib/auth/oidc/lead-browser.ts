/** Sends the browser on. The address that it comes from holds a code or a state, so it is neither kept nor told to the next page. */
export function leadBrowser({ location, setCookies = [] }: { location: string; setCookies?: readonly string[] }): Response {
  const headers = new Headers({ location, "cache-control": "no-store", "referrer-policy": "no-referrer" });
  for (const line of setCookies) headers.append("set-cookie", line);
  return new Response(null, { status: 303, headers });
}

/** Sends the browser to the sign-in page, which has a sentence for this status. */
export function leadToSignIn(status: string): Response {
  return leadBrowser({ location: `/sign-in?status=${status}` });
}
