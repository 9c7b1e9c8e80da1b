import type { SqlContext } from "@/lib/context";
import { InvalidInputError } from "@/lib/errors";
import { setDeviceMapping } from "./device-token-queries";

/**
 * Stores whose computer this is, as the installer of the agent was told.
 * @throws InvalidInputError `email_invalid`
 */
export async function recordDeviceMapping(ctx: SqlContext, hostId: number, email: string): Promise<void> {
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) throw new InvalidInputError("email_invalid", "email must be an e-mail address");
  await setDeviceMapping(ctx.sql, hostId, email);
}
