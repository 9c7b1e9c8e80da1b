import { createLocalJWKSet, decodeProtectedHeader, errors, jwtVerify, type JSONWebKeySet, type JWK } from "jose";
import { equalSecrets } from "../../secret-box";
import { askMicrosoft } from "./ask-microsoft";
import { SignInProblem } from "./sign-in-problem";

/** What an id token must agree with. */
export interface ExpectedToken {
  keysEndpoint: string;
  issuer: string;
  clientId: string;
  nonce: string;
  now: Date;
}

const clockToleranceSeconds = 120;
const maxAgeSeconds = 2 * 60 * 60;
// 2048 bits in base64url.
const leastModulusLength = 342;

/**
 * The claims of an id token, once its signature, issuer, audience, nonce and times hold. RS256 alone; the keys are asked of Microsoft each time,
 * so that a new key counts at once and a withdrawn one no longer.
 * @throws SignInProblem, a code for each check that failed
 */
export async function verifyIdToken(token: string, expected: ExpectedToken): Promise<Record<string, unknown>> {
  checkHeader(token);
  const keys = await listKeys(expected.keysEndpoint);
  try {
    const { payload } = await jwtVerify(token, createLocalJWKSet(keys), {
      algorithms: ["RS256"],
      issuer: expected.issuer,
      audience: expected.clientId,
      currentDate: expected.now,
      clockTolerance: clockToleranceSeconds,
      maxTokenAge: maxAgeSeconds,
      requiredClaims: ["iss", "aud", "exp", "iat", "sub", "nonce"],
    });
    if (typeof payload.nonce !== "string" || !equalSecrets(payload.nonce, expected.nonce)) throw new SignInProblem("nonce_wrong");
    return payload;
  } catch (error) {
    throw translate(error, expected.now);
  }
}

function checkHeader(token: string): void {
  let header: ReturnType<typeof decodeProtectedHeader>;
  try {
    header = decodeProtectedHeader(token);
  } catch (cause) {
    throw new SignInProblem("token_malformed", "", cause);
  }
  if (header.alg !== "RS256") throw new SignInProblem("token_algorithm", String(header.alg));
  if (typeof header.kid !== "string") throw new SignInProblem("key_unknown", "no key id");
}

async function listKeys(endpoint: string): Promise<JSONWebKeySet> {
  const { status, body } = await askMicrosoft(endpoint);
  if (status !== 200 || !Array.isArray(body.keys)) throw new SignInProblem("microsoft_unreadable", `the list of keys, HTTP ${status}`);
  const isUsable = (key: unknown): key is JWK => {
    const { kty, use, n } = (key ?? {}) as JWK;
    return kty === "RSA" && (use === undefined || use === "sig") && typeof n === "string" && n.length >= leastModulusLength;
  };
  // Entra leaves `alg` out; what it is for is decided here and not by the list.
  return { keys: body.keys.filter(isUsable).map(({ kty, n, e, kid }) => ({ kty, n, e, kid, use: "sig", alg: "RS256" }) as JWK) };
}

function translate(error: unknown, now: Date): unknown {
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) return new SignInProblem("key_unknown", "", error);
  if (error instanceof errors.JWSSignatureVerificationFailed) return new SignInProblem("signature_wrong", "", error);
  if (error instanceof errors.JWTExpired) {
    const isOld = error.claim === "iat";
    return new SignInProblem(isOld ? "token_time" : "token_expired", `${error.claim} ${at(error.payload[error.claim])}, now ${now.toISOString()}`, error);
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    const said = error.payload[error.claim];
    if (error.claim === "iss") return new SignInProblem("issuer_wrong", String(said), error);
    if (error.claim === "aud") return new SignInProblem("audience_wrong", JSON.stringify(said) ?? "none", error);
    if (error.claim === "nonce") return new SignInProblem("nonce_wrong", "none", error);
    if (error.claim === "nbf") return new SignInProblem("token_early", `nbf ${at(said)}, now ${now.toISOString()}`, error);
    if (error.claim === "iat" || error.claim === "exp") return new SignInProblem("token_time", `${error.claim} ${at(said)}`, error);
    return new SignInProblem("claims_malformed", error.claim, error);
  }
  if (error instanceof errors.JOSEError) return new SignInProblem("token_malformed", error.code, error);
  return error;
}

function at(seconds: unknown): string {
  const date = typeof seconds === "number" ? new Date(seconds * 1000) : undefined;
  return date && !Number.isNaN(date.getTime()) ? date.toISOString() : String(seconds);
}
