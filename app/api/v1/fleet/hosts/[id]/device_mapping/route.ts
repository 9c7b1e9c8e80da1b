import { adminRoute } from "@/lib/auth/admin-route";
import { getHost } from "@/lib/hosts/get-host";
import { IdParams } from "@/lib/http/list-params";
import { toDeviceMappingJson } from "../../../_json/host-json";

/** Whose host it is, and who says so. */
export const GET = adminRoute({ route: "GET hosts/:id/device_mapping", params: IdParams }, async (ctx, { params }) => ({
  host_id: params.id,
  device_mapping: toDeviceMappingJson(await getHost(ctx, params.id)),
}));
