import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { getHostByIdentifier } from "@/lib/hosts/get-host-by-identifier";
import { toHostDetailJson } from "../../../_json/host-json";

/** The host with this UUID, serial, host name or node key. */
export const GET = adminRoute(
  { route: "GET hosts/identifier/:identifier", params: z.object({ identifier: z.string().min(1).max(255) }) },
  async (ctx, { params }) => ({
    host: toHostDetailJson(await getHostByIdentifier(ctx, params.identifier)),
  }),
);
