import type { SqlContext } from "@/lib/context";
import { setRefetchRequested } from "./device-token-queries";

/** Asks a host for everything at its next check-in; the person at it pressed "Check again", its token is the permission. */
export async function requestDeviceRefetch(ctx: SqlContext, hostId: number): Promise<void> {
  await setRefetchRequested(ctx.sql, hostId, ctx.now());
}
