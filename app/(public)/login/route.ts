/** The sign-in page's address as tools and older links know it; what the answer to a sign-in says goes along. */
export function GET(request: Request): Response {
  const given = new URL(request.url).searchParams;
  const kept = new URLSearchParams();
  for (const name of ["status", "ref", "next"]) {
    const value = given.get(name);
    if (value !== null) kept.set(name, value);
  }
  return new Response(null, { status: 307, headers: { location: kept.size > 0 ? `/sign-in?${kept}` : "/sign-in" } });
}
