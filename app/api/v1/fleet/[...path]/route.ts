import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { NotFoundError } from "@/lib/errors";

const page = { count: 0, meta: { has_next_results: false, has_previous_results: false } };

// What clients ask for without looking whether a server has it: nothing of it is here, said in the shape they read.
const empty: Record<string, object> = {
  "GET hosts/summary/mdm": { counts_updated_at: null, mobile_device_management_enrollment_status: {}, mobile_device_management_solution: [] },
  "GET os_versions": { os_versions: [], counts_updated_at: null, ...page },
  "GET vulnerabilities": { vulnerabilities: [], counts_updated_at: null, ...page },
  "GET carves": { carves: [] },
  "GET packs": { packs: [] },
  "GET targets": { targets: { hosts: [], labels: [], teams: [] }, targets_count: 0, targets_online: 0, targets_offline: 0, targets_missing_in_action: 0 },
  "POST translate": { list: [] },
  "GET abm_tokens": { abm_tokens: [] },
  "GET ab_tokens": { ab_tokens: [] },
  "GET vpp_tokens": { vpp_tokens: [] },
  "GET certificate_authorities": { certificate_authorities: [] },
  "GET certificates": { certificates: [], ...page },
  "GET custom_host_vitals": { custom_host_vitals: [], ...page },
  "GET scim/details": { last_request: null },
  "GET queries": { queries: [], ...page },
  "GET reports": { reports: [], ...page },
  "GET software/titles": { software_titles: [], counts_updated_at: null, ...page },
  "GET software/versions": { software: [], counts_updated_at: null, ...page },
};

const Params = z.object({ path: z.array(z.string()) });

const answer = adminRoute({ route: "ANY *", params: Params }, async (_ctx, { params, request }) => {
  const known = empty[`${request.method} ${params.path.join("/")}`];
  if (known) return known;
  throw new NotFoundError("resource_not_found", "Nothing stands at this address.");
});

/** Every address of the API that no other route serves. */
export { answer as GET, answer as POST, answer as PUT, answer as PATCH, answer as DELETE };
