import { createCipheriv, createDecipheriv, createHash, hash, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync, linkSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dataDir, env } from "./env";
import { StartupError } from "./errors";

const version = "v1";
const shared = globalThis as unknown as { flotillaSecretKey?: Buffer };

/**
 * Makes the key for secrets at rest ready: SECRET_KEY, or beside the embedded database a file `secret.key` (0600) made once.
 * @throws StartupError `secret_key_missing`, `secret_key_open_to_others`
 */
export function prepareSecretKey(): void {
  shared.flotillaSecretKey = deriveKey(rawKey());
}

function rawKey(): string {
  const { SECRET_KEY, DATABASE_URL } = env();
  if (SECRET_KEY) return SECRET_KEY;
  const path = join(dataDir(), "secret.key");
  if (!existsSync(path)) {
    if (DATABASE_URL) {
      throw new StartupError(
        "secret_key_missing",
        "SECRET_KEY is missing. Set it to at least 32 characters, the same for every instance; `openssl rand -base64 32` makes one.",
      );
    }
    // Written aside and linked: two starters at once end with one key.
    const aside = `${path}.${randomBytes(6).toString("hex")}`;
    writeFileSync(aside, randomBytes(32).toString("base64"), { mode: 0o600 });
    try {
      linkSync(aside, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    } finally {
      rmSync(aside);
    }
  }
  if ((statSync(path).mode & 0o077) !== 0) {
    throw new StartupError("secret_key_open_to_others", `${path} can be read by other accounts. Run \`chmod 600 ${path}\` and start again.`);
  }
  return readFileSync(path, "utf8").trim();
}

function deriveKey(secret: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "flotilla", "secrets at rest", 32));
}

function key(): Buffer {
  if (!shared.flotillaSecretKey) prepareSecretKey();
  return shared.flotillaSecretKey as Buffer;
}

/** Encrypts a secret for the database (AES-256-GCM). `purpose` is bound to it: a ciphertext moved to another column doesn't open. */
export function sealSecret(plain: string, purpose: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", key(), iv).setAAD(Buffer.from(purpose));
  const body = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
  return [version, iv.toString("base64url"), cipher.getAuthTag().toString("base64url"), body.toString("base64url")].join(".");
}

/**
 * Opens what sealSecret made.
 * @throws StartupError `secret_unreadable` when SECRET_KEY isn't the one that sealed it
 */
export function openSecret(sealed: string, purpose: string): string {
  const [kind, iv, tag, body] = sealed.split(".");
  try {
    if (kind !== version || !iv || !tag || body === undefined) throw new Error("not a sealed secret");
    const decipher = createDecipheriv("aes-256-gcm", key(), Buffer.from(iv, "base64url")).setAAD(Buffer.from(purpose));
    decipher.setAuthTag(Buffer.from(tag, "base64url"));
    return Buffer.concat([decipher.update(Buffer.from(body, "base64url")), decipher.final()]).toString("utf8");
  } catch (cause) {
    throw new StartupError(
      "secret_unreadable",
      "A stored secret can't be opened. SECRET_KEY differs from the one it was stored with; start with that one again.",
      { cause },
    );
  }
}

/** A secret for one purpose, such as signing a cookie: the same for every instance with one SECRET_KEY. */
export function derivedSecret(purpose: string): string {
  return Buffer.from(hkdfSync("sha256", key(), "flotilla", purpose, 32)).toString("base64url");
}

/** sha256 in hex: how keys, tokens and enroll secrets are stored and looked up. They are long and random, so no salt. */
export function hashToken(token: string): string {
  return hash("sha256", token, "hex");
}

/** A random token of `bytes` bytes, in base64url. */
export function randomToken(bytes = 32): string {
  return randomBytes(bytes).toString("base64url");
}

/** Compares two strings in constant time. */
export function equalSecrets(left: string, right: string): boolean {
  return timingSafeEqual(createHash("sha256").update(left).digest(), createHash("sha256").update(right).digest());
}
