import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { compactVerify, exportJWK, SignJWT, type JWK, type JWTPayload } from "jose";

/** The key that signs tokens, and what the key list publishes of it. */
export interface SigningKey {
  keyId: string;
  publicJwk: JWK;
  sign(claims: JWTPayload): Promise<string>;
  /** The claims of a token that this key signed, whatever its age; undefined for any other. */
  read(token: string): Promise<JWTPayload | undefined>;
}

/** Reads the RSA key of `folder`, or makes one, so that tokens outlive a restart. */
export async function ensureSigningKey(folder: string): Promise<SigningKey> {
  const file = join(folder, "signing-key.pem");
  const privateKey = createPrivateKey(
    await readFile(file, "utf8").catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
      const pem = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs8", format: "pem" }).toString();
      await writeFile(file, pem, { mode: 0o600 });
      return pem;
    }),
  );
  const publicKey: KeyObject = createPublicKey(privateKey);
  const keyId = createHash("sha256")
    .update(publicKey.export({ type: "spki", format: "der" }))
    .digest("base64url")
    .slice(0, 27);
  const publicJwk = { ...(await exportJWK(publicKey)), kid: keyId, use: "sig", alg: "RS256" };
  const read = new Map<string, JWTPayload>();
  return {
    keyId,
    publicJwk,
    sign: (claims) => new SignJWT(claims).setProtectedHeader({ alg: "RS256", typ: "JWT", kid: keyId }).sign(privateKey),
    async read(token) {
      const known = read.get(token);
      if (known) return known;
      try {
        const verified = await compactVerify(token, publicKey, { algorithms: ["RS256"] });
        const payload = JSON.parse(new TextDecoder().decode(verified.payload)) as JWTPayload;
        if (read.size > 1000) read.clear();
        read.set(token, payload);
        return payload;
      } catch {
        return undefined; // whatever is wrong with it, it is no token of ours
      }
    },
  };
}
