import { z } from "zod";
import { defineJob } from "@/lib/jobs/define-job";
import { enqueue } from "@/lib/jobs/enqueue";
import { listConnectionRows } from "./connection-queries";
import { disconnectTenantJob } from "./request-disconnect";
import { wakeSetup } from "./wake-setup";

const overdueMs = 30_000;

/** Every minute: picks up setups and disconnects whose worker died, or whose wake-up call was lost. */
export const wakeConnections = defineJob({
  name: "entra.wake_connections",
  payload: z.object({}),
  maxAttempts: 1,
  async run(ctx) {
    for (const { id, state, nextStepAt } of await listConnectionRows(ctx.db)) {
      if (!nextStepAt || ctx.now().getTime() - nextStepAt.getTime() < overdueMs) continue;
      if (state === "disconnecting") await enqueue(ctx, disconnectTenantJob, { connectionId: id }, { key: `entra.disconnect_tenant:${id}` });
      else if (state !== "disconnect_failed") await wakeSetup(ctx, id);
    }
  },
});
