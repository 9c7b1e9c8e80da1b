// What our server answered to each path, so that both send the same bytes.
const answers = JSON.parse(process.env.BENCH_ANSWERS ?? "{}") as Record<string, string>;

export const dynamic = "force-dynamic";

/** Parses the body and answers the same bytes as our server; nothing else. */
export async function POST(request: Request): Promise<Response> {
  JSON.parse(await request.text());
  const body = answers[new URL(request.url).pathname] ?? "{}";
  return new Response(body, { headers: { "content-type": "application/json", "cache-control": "no-store" } });
}
