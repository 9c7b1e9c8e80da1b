import { getDeviceProgress } from "@/lib/compliance/get-device-progress";
import { routeClock } from "@/lib/auth/admin-route";
import { createContext } from "@/lib/context";
import { NotFoundError } from "@/lib/errors";
import { noLinkPage, rememberedToken, troublePage } from "../_parts/device-page";

export const dynamic = "force-dynamic";

/** "Show me what to fix": on to My device if this browser has shown it within the hour, else how to open it. */
export async function GET(request: Request): Promise<Response> {
  const token = rememberedToken(request);
  if (!token) return noLinkPage();
  try {
    await getDeviceProgress(createContext({ kind: "nobody" }, { now: routeClock() }), token);
  } catch (error) {
    if (error instanceof NotFoundError) return noLinkPage();
    return troublePage(error);
  }
  return new Response(null, {
    status: 303,
    headers: { location: `/device/${encodeURIComponent(token)}`, "cache-control": "no-store", "referrer-policy": "no-referrer" },
  });
}
