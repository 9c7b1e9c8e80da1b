/** A path of this server to go on to, from what an address said; anything that could lead elsewhere, or into signing in again, becomes "/". */
export function localPath(given: string | string[] | undefined): string {
  if (typeof given !== "string" || !given.startsWith("/") || given.length > 2000) return "/";
  const here = "http://here.invalid";
  // The browser's own reading decides: it drops tabs and takes a backslash for a slash.
  if (!URL.canParse(given, here)) return "/";
  const url = new URL(given, here);
  if (url.origin !== here || url.pathname.startsWith("//") || /^\/(sign-in|setup|api)(\/|$)/.test(url.pathname)) return "/";
  return url.pathname + url.search + url.hash;
}
