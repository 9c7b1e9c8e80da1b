import type { SqlContext } from "@/lib/context";
import { inSqlTransaction } from "@/lib/db/transaction";
import { ConflictError, InvalidInputError, NotFoundError } from "@/lib/errors";
import { hashToken } from "@/lib/secret-box";
import { findDeviceToken, isTokenOfAnother, setDeviceToken } from "./device-token-queries";

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
  const tokenHash = hashToken(token);
  try {
    await inSqlTransaction(ctx, async (tx) => {
      const own = await findDeviceToken(tx.sql, hostId);
      if (!own) throw new NotFoundError("host_not_found", "This host was deleted.");
      if (own.tokenHash === tokenHash) return;
      if (await isTokenOfAnother(tx.sql, tokenHash, hostId)) throw taken();
      await setDeviceToken(tx.sql, hostId, tokenHash, tx.now(), new Date(tx.now().getTime() + previousHoldsMs));
    });
  } catch (error) {
    if ((error as { code?: unknown }).code === uniqueViolation) throw taken();
    throw error;
  }
}

function taken(): ConflictError {
  return new ConflictError("device_token_taken", "Another host has this device token; make a new one.");
}
