import { checkAgain } from "@/lib/compliance/check-again";
import { openDevice } from "../../../_parts/device-page";

/** "Check again": asks the computer and shows its page. The link in the address is the right to ask. */
export async function POST(request: Request, route: { params: Promise<{ token: string }> }): Promise<Response> {
  const { token } = await route.params;
  return openDevice(request, token, async (ctx) => {
    await checkAgain(ctx, token);
    return new Response(null, {
      status: 303,
      headers: { location: `/device/${encodeURIComponent(token)}`, "cache-control": "no-store", "referrer-policy": "no-referrer" },
    });
  });
}
