import { implementJob } from "@/lib/jobs/define-job";
import { endConnection } from "./end-connection";
import { disconnectTenantJob } from "./request-disconnect";

/** Goes on with a disconnect that waits for devices to be told, or whose worker died. */
export const disconnectTenant = implementJob(disconnectTenantJob, async (ctx, { connectionId }) => {
  await endConnection(ctx, connectionId);
});
