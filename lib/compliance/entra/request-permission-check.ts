import { z } from "zod";
import type { SqlContext } from "@/lib/context";
import { declareJob } from "@/lib/jobs/define-job";
import { enqueue } from "@/lib/jobs/enqueue";

/** Reads the app's permissions from fresh tokens and says on the connection what is missing. Its work stands in check-connection.job.ts. */
export const checkConnection = declareJob({
  name: "entra.check_connection",
  payload: z.object({ connectionId: z.number().int() }),
  maxAttempts: 3,
});

/** Asks for that check, after Microsoft refused a call; one is waiting at most. */
export async function requestPermissionCheck(ctx: SqlContext, connection: { id: number }): Promise<void> {
  await enqueue(ctx, checkConnection, { connectionId: connection.id }, { key: `entra.check_connection:${connection.id}`, keyMode: "unsafe_dedupe" });
}
