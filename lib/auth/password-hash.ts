import { hash, verify } from "@node-rs/argon2";

// argon2id is the library's default algorithm; its enum can't be imported under isolatedModules.
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

const shared = globalThis as unknown as { flotillaNobodysHash?: Promise<string> };

/** A password as it is stored: argon2id, 19 MiB, two passes. */
export function hashPassword(password: string): Promise<string> {
  return hash(password, cost);
}

/** Whether the password belongs to the hash. Without a hash (no such user, or one without a password) it takes as long and says no. */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  shared.flotillaNobodysHash ??= hashPassword("nobody's password");
  const matches = await verify(stored ?? (await shared.flotillaNobodysHash), password);
  return stored !== null && matches;
}
