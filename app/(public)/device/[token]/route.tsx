import { getDeviceProgress } from "@/lib/compliance/get-device-progress";
import { getOrganisation } from "@/lib/auth/get-organisation";
import { openDevice } from "../../_parts/device-page";
import { DeviceView } from "../../_parts/device-view";
import { renderPage } from "../../_parts/render-page";

export const dynamic = "force-dynamic";

/** My device: what fails on one computer, how to mend it, and how far it is on the way to Microsoft. */
export async function GET(request: Request, route: { params: Promise<{ token: string }> }): Promise<Response> {
  const { token } = await route.params;
  return openDevice(request, token, async (ctx) => {
    const [progress, organisation] = await Promise.all([getDeviceProgress(ctx, token), getOrganisation(ctx)]);
    const address = `/device/${encodeURIComponent(token)}`;
    return renderPage(
      {
        title: "My device",
        organisation,
        computer: progress.facts.name,
        reloadSeconds: 10,
        children: <DeviceView progress={progress} organisation={organisation} address={address} />,
      },
      { headers: { "cache-control": "no-store" } },
    );
  });
}
