import { getDeviceProgress } from "@/lib/compliance/get-device-progress";
import { getOrganisation } from "@/lib/auth/get-organisation";
import { openDevice } from "../../../_parts/device-page";
import { DeviceView } from "../../../_parts/device-view";
import { renderMarkup } from "../../../_parts/render-page";

export const dynamic = "force-dynamic";

/** The inside of My device as it is now; the open page takes over what changed. */
export async function GET(request: Request, route: { params: Promise<{ token: string }> }): Promise<Response> {
  const { token } = await route.params;
  return openDevice(request, token, async (ctx) => {
    const [progress, organisation] = await Promise.all([getDeviceProgress(ctx, token), getOrganisation(ctx)]);
    const html = await renderMarkup(<DeviceView progress={progress} organisation={organisation} address={`/device/${encodeURIComponent(token)}`} />);
    return new Response(html, { headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store", "referrer-policy": "no-referrer" } });
  });
}
