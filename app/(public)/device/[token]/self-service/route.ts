/** The agent's menu has a second entry that opens this; My device is what we have. */
export async function GET(_request: Request, route: { params: Promise<{ token: string }> }): Promise<Response> {
  const { token } = await route.params;
  return new Response(null, {
    status: 307,
    headers: { location: `/device/${encodeURIComponent(token)}`, "cache-control": "no-store", "referrer-policy": "no-referrer" },
  });
}
