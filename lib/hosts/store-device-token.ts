import type { SqlContext } from "@/lib/context";
import { ConflictError, InvalidInputError, NotFoundError } from "@/lib/errors";
import { hashToken } from "@/lib/secret-box";
import { setDeviceToken } from "./device-token-queries";

const previousHoldsMs = 10 * 60_000;
const uniqueViolation = "23505";

/**
 * Takes the token by which a person's device page finds this host; only its hash is stored. The same value again changes nothing.
 * @throws InvalidInputError `device_token_invalid`; ConflictError `device_token_taken`; NotFoundError `host_not_found`
 */
export async function storeDeviceToken(ctx: SqlContext, hostId: number, token: string): Promise<void> {
  if (token === "" || token.length > 255 || encodeURIComponent(token) !== token) {
    throw new InvalidInputError("device_token_invalid", "device_auth_token must be URL-safe text, such as a UUID");
  }
  const now = ctx.now();
  const found = await setDeviceToken(ctx.sql, hostId, hashToken(token), now, new Date(now.getTime() + previousHoldsMs)).catch((error: unknown) => {
    if ((error as { code?: unknown }).code === uniqueViolation) return "taken" as const;
    throw error;
  });
  if (found === null) throw new NotFoundError("host_not_found", "This host was deleted.");
  if (found === "taken") throw new ConflictError("device_token_taken", "Another host has this device token; make a new one.");
}
