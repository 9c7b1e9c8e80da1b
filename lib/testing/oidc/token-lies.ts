import { createPublicKey, createSecretKey, type KeyObject } from "node:crypto";
import type { ServerResponse } from "node:http";
import { base64url, CompactSign, exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from "jose";
import { makeKey, sendJson, signToken, type OidcProvider, type ProviderAnswer } from "./start-oidc-provider";

/** A provider's lie: its name, how it is told, and the code under which it must be refused. */
export type TokenLie = [name: string, code: string, lie: Omit<ProviderAnswer, "person">];

const otherId = "00000000-1111-4222-8333-444444444444";
const now = () => Math.floor(Date.now() / 1000);
const claims = (change: Record<string, unknown> | ((honest: JWTPayload) => Record<string, unknown>)): Omit<ProviderAnswer, "person"> => ({
  claims: typeof change === "function" ? change : () => change,
});
const made = (makeToken: NonNullable<ProviderAnswer["makeToken"]>): Omit<ProviderAnswer, "person"> => ({ makeToken });
const lastKey = (provider: OidcProvider) => provider.keys.at(-1) as OidcProvider["keys"][number];
const otherTenant = ({ iss }: JWTPayload) => String(iss).replace(/[0-9a-f-]{36}/, otherId);

/** Claims that don't belong to this directory, this app, this sign-in or this moment, signed with the right key. */
export const claimLies: TokenLie[] = [
  ["tid of another tenant", "tenant_wrong", claims({ tid: otherId })],
  ["tid and issuer of another tenant", "issuer_wrong", claims((honest) => ({ tid: otherId, iss: otherTenant(honest) }))],
  ["issuer of another tenant", "issuer_wrong", claims((honest) => ({ iss: otherTenant(honest) }))],
  ["issuer of another host", "issuer_wrong", claims(({ tid }) => ({ iss: `https://login.evil.example/${tid}/v2.0` }))],
  ["issuer of all tenants", "issuer_wrong", claims(({ iss }) => ({ iss: String(iss).replace(/[0-9a-f-]{36}/, "{tenantid}") }))],
  ["issuer of version 1", "issuer_wrong", claims(({ tid }) => ({ iss: `https://sts.windows.net/${tid}/` }))],
  ["issuer with a slash more", "issuer_wrong", claims(({ iss }) => ({ iss: `${iss}/` }))],
  ["issuer in capitals", "issuer_wrong", claims(({ iss }) => ({ iss: String(iss).toUpperCase() }))],
  ["issuer as a list", "issuer_wrong", claims(({ iss }) => ({ iss: [iss] }))],
  ["no issuer", "issuer_wrong", claims({ iss: undefined })],
  ["audience of another app", "audience_wrong", claims({ aud: otherId })],
  ["no audience", "audience_wrong", claims({ aud: undefined })],
  ["two audiences", "audience_wrong", claims(({ aud }) => ({ aud: [aud, otherId] }))],
  ["audience as a list of one", "audience_wrong", claims(({ aud }) => ({ aud: [aud] }))],
  ["audience in capitals", "audience_wrong", claims(({ aud }) => ({ aud: String(aud).toUpperCase() }))],
  ["azp of another app", "audience_wrong", claims({ azp: otherId })],
  ["azp as a list", "audience_wrong", claims(({ aud }) => ({ azp: [aud] }))],
  ["another nonce", "nonce_wrong", claims({ nonce: "n-0S6_WzA2Mj" })],
  ["no nonce", "nonce_wrong", claims({ nonce: undefined })],
  ["an empty nonce", "nonce_wrong", claims({ nonce: "" })],
  ["nonce as a list", "nonce_wrong", claims(({ nonce }) => ({ nonce: [nonce] }))],
  ["no tid", "tenant_missing", claims({ tid: undefined })],
  ["tid null", "claims_malformed", claims({ tid: null })],
  ["tid as a list", "claims_malformed", claims(({ tid }) => ({ tid: [tid] }))],
  ["tid as a word", "claims_malformed", claims({ tid: "common" })],
  ["tid with a blank", "claims_malformed", claims(({ tid }) => ({ tid: `${tid} ` }))],
  ["no oid", "object_id_missing", claims({ oid: undefined })],
  ["oid null", "claims_malformed", claims({ oid: null })],
  ["an empty oid", "claims_malformed", claims({ oid: "" })],
  ["oid that is no GUID", "claims_malformed", claims({ oid: "ada" })],
  ["oid as a list", "claims_malformed", claims(({ oid }) => ({ oid: [oid] }))],
  ["oid as a number", "claims_malformed", claims({ oid: 42 })],
  ["oid that holds a path", "claims_malformed", claims(({ oid }) => ({ oid: `../${oid}` }))],
  ["no subject", "claims_malformed", claims({ sub: undefined })],
  ["expired", "token_expired", claims(() => ({ exp: now() - 300 }))],
  ["no expiry", "token_time", claims({ exp: undefined })],
  ["expiry as text", "token_time", claims(() => ({ exp: String(now() + 3600) }))],
  ["not valid yet", "token_early", claims(() => ({ nbf: now() + 600 }))],
  ["issued in the far future", "token_time", claims(() => ({ iat: now() + 86_400 * 365 }))],
  ["issued in the near future", "token_time", claims(() => ({ iat: now() + 600 }))],
  ["no time of issue", "token_time", claims({ iat: undefined })],
  ["issued hours ago and valid for years", "token_time", claims(() => ({ iat: now() - 3 * 3600, nbf: now() - 3 * 3600, exp: now() + 86_400 * 3650 }))],
  ["roles as text", "claims_malformed", claims({ roles: "dt.global.admin" })],
  ["groups as an object", "claims_malformed", claims({ groups: { 0: otherId } })],
  ["a role that is an object", "claims_malformed", claims({ roles: [{ value: "dt.global.admin" }] })],
  ["name as an object", "claims_malformed", claims({ name: { toString: "x" } })],
  ["sign-in name as a list", "claims_malformed", claims({ preferred_username: ["admin@aldergate.example"] })],
  ["mail as an object", "claims_malformed", claims({ email: { contains: "@" } })],
  ["mail confirmed by a word", "claims_malformed", claims({ xms_edov: "yes" })],
];

/** Tokens that the right key didn't sign in the one right way. */
export const signatureLies: TokenLie[] = [
  ["unsigned", "token_algorithm", made((payload) => unsigned(payload, "none"))],
  ["unsigned, spelled another way", "token_algorithm", made((payload) => unsigned(payload, "nOnE"))],
  ["unsigned but called RS256", "signature_wrong", made((payload, provider) => unsigned(payload, "RS256", lastKey(provider).kid))],
  ["HS256 with the client secret", "token_algorithm", made((payload, provider) => hmac(payload, provider, Buffer.from(provider.clientSecret.padEnd(32))))],
  ["HS256 with the public key in PEM", "token_algorithm", made((payload, provider) => hmac(payload, provider, publicPem(provider)))],
  [
    "HS256 with the public key's modulus",
    "token_algorithm",
    made((payload, provider) => hmac(payload, provider, Buffer.from(lastKey(provider).jwk.n ?? "", "base64url"))),
  ],
  ["RS384 with the right key", "token_algorithm", made((payload, provider) => otherHash(payload, provider, "RS384"))],
  ["RS512 with the right key", "token_algorithm", made((payload, provider) => otherHash(payload, provider, "RS512"))],
  ["PS256 with the right key", "token_algorithm", made((payload, provider) => otherHash(payload, provider, "PS256"))],
  ["ES256", "token_algorithm", made((payload, provider) => otherKind(payload, provider, "ES256"))],
  ["EdDSA", "token_algorithm", made((payload, provider) => otherKind(payload, provider, "EdDSA"))],
  [
    "another key under the right key id",
    "signature_wrong",
    made(async (payload, provider) => signToken(payload, { ...(await makeKey()), kid: lastKey(provider).kid })),
  ],
  ["an unknown key", "key_unknown", made(async (payload) => signToken(payload, await makeKey()))],
  ["no key id", "key_unknown", made((payload, provider) => signToken(payload, lastKey(provider), { kid: undefined }))],
  ["key id as a number", "key_unknown", made((payload, provider) => signToken(payload, lastKey(provider), { kid: 0 }))],
  ["a key of its own in the header", "key_unknown", made(async (payload) => ownKey(payload, undefined))],
  ["a key of its own in the header under the right key id", "signature_wrong", made((payload, provider) => ownKey(payload, lastKey(provider).kid))],
  [
    "an address of keys in the header",
    "key_unknown",
    made(async (payload, provider) => signToken(payload, await makeKey(), { jku: `${provider.origin}/other/discovery/v2.0/keys` })),
  ],
  ["a header it insists on", "token_malformed", made((payload, provider) => insisting(payload, provider))],
  [
    "claims changed after signing",
    "signature_wrong",
    made(async (payload, provider) => withPayload(await signToken(payload, lastKey(provider)), { ...payload, oid: otherId })),
  ],
  ["its signature cut off", "signature_wrong", made(async (payload, provider) => (await signToken(payload, lastKey(provider))).replace(/[^.]*$/, ""))],
  ["half of its signature", "signature_wrong", made(async (payload, provider) => (await signToken(payload, lastKey(provider))).slice(0, -170))],
  ["two parts", "token_malformed", made(async (payload, provider) => (await signToken(payload, lastKey(provider))).split(".").slice(0, 2).join("."))],
  ["five parts", "token_malformed", made(async (payload, provider) => `${await signToken(payload, lastKey(provider))}.x.y`)],
  ["nonsense", "token_malformed", made(() => "nonsense")],
  ["claims that are a list", "token_malformed", made((_, provider) => signedText("[]", provider))],
  ["claims that are a word", "token_malformed", made((_, provider) => signedText('"admin"', provider))],
  ["claims that aren't JSON", "token_malformed", made((_, provider) => signedText("<html>", provider))],
];

/** Answers of the token endpoint and of the list of keys that nothing can be made of. */
export const endpointLies: TokenLie[] = [
  ["a page instead of tokens", "microsoft_unreadable", answers((response) => sendHtml(response, 200))],
  ["a page with an error", "microsoft_unreadable", answers((response) => sendHtml(response, 502))],
  ["a list instead of tokens", "microsoft_unreadable", answers((response, token) => sendJson(response, 200, [token]))],
  ["null instead of tokens", "microsoft_unreadable", answers((response) => sendJson(response, 200, null))],
  ["an answer that never ends", "microsoft_unreadable", answers(sendForever)],
  ["an answer that stops half-way", "microsoft_unreachable", answers(breakOff)],
  ["an answer that is waited for in vain", "microsoft_unreachable", answers((response) => void response.writeHead(200).write("{"))],
  ["a redirect to elsewhere", "microsoft_unreadable", answers((response) => void response.writeHead(307, { location: "https://evil.example/token" }).end())],
  ["an error that says 200", "code_refused", answers((response, token) => sendJson(response, 200, { error: "invalid_grant", id_token: token }))],
  ["a token beside an error status", "code_refused", answers((response, token) => sendJson(response, 400, { id_token: token }))],
  [
    "a refused code",
    "code_refused",
    answers((response) => sendJson(response, 400, { error: "invalid_grant", error_description: "AADSTS70008: The code expired for ada@aldergate.example." })),
  ],
  [
    "an expired secret",
    "secret_expired",
    answers((response) => sendJson(response, 401, { error: "invalid_client", error_description: "AADSTS7000222: The secret expired." })),
  ],
  [
    "a wrong secret",
    "secret_wrong",
    answers((response) => sendJson(response, 401, { error: "invalid_client", error_description: "AADSTS7000215: Invalid secret." })),
  ],
  ["no id token", "token_missing", answers((response) => sendJson(response, 200, { access_token: "x", token_type: "Bearer" }))],
  ["an empty id token", "token_missing", answers((response) => sendJson(response, 200, { id_token: "" }))],
  ["an id token that is an object", "token_missing", answers((response, token) => sendJson(response, 200, { id_token: { token } }))],
  ["no keys", "key_unknown", { answerKeys: (response) => sendJson(response, 200, { keys: [] }) }],
  ["a page instead of keys", "microsoft_unreadable", { answerKeys: (response) => sendHtml(response, 200) }],
  ["keys that are an object", "microsoft_unreadable", { answerKeys: (response, keys) => sendJson(response, 200, { keys: { 0: keys[0] } }) }],
  ["keys with an error status", "microsoft_unreadable", { answerKeys: (response, keys) => sendJson(response, 500, { keys }) }],
  ["keys that never end", "microsoft_unreadable", { answerKeys: sendForever }],
  ["keys that lead elsewhere", "microsoft_unreadable", { answerKeys: (response) => void response.writeHead(302, { location: "/elsewhere" }).end() }],
  [
    "the right key as one for encrypting",
    "key_unknown",
    { answerKeys: (response, keys) => sendJson(response, 200, { keys: keys.map((key) => ({ ...key, use: "enc" })) }) },
  ],
  [
    "the key id on a symmetric key",
    "key_unknown",
    { answerKeys: (response, keys) => sendJson(response, 200, { keys: keys.map(({ kid }) => ({ kid, kty: "oct", k: "c2VjcmV0" })) }) },
  ],
  ["two keys of one key id", "key_unknown", { answerKeys: (response, keys) => sendJson(response, 200, { keys: [...keys, ...keys] }) }],
  [
    "a key too short to trust",
    "key_unknown",
    { answerKeys: (response, keys) => sendJson(response, 200, { keys: keys.map((key) => ({ ...key, n: key.n?.slice(0, 170) })) }) },
  ],
];

function answers(answerToken: NonNullable<ProviderAnswer["answerToken"]>): Omit<ProviderAnswer, "person"> {
  return { answerToken };
}

const encoded = (value: unknown) => base64url.encode(JSON.stringify(value));

function unsigned(payload: JWTPayload, alg: string, kid?: string): string {
  return `${encoded({ alg, typ: "JWT", kid })}.${encoded(payload)}.`;
}

function hmac(payload: JWTPayload, provider: OidcProvider, secret: Buffer): Promise<string> {
  return signWith(payload, createSecretKey(secret), { alg: "HS256", kid: lastKey(provider).kid });
}

function signWith(payload: JWTPayload, key: KeyObject | CryptoKey, header: { alg: string; kid?: string }): Promise<string> {
  return new SignJWT(payload).setProtectedHeader({ typ: "JWT", ...header }).sign(key);
}

function publicPem(provider: OidcProvider): Buffer {
  return Buffer.from(createPublicKey({ key: lastKey(provider).jwk as object, format: "jwk" } as never).export({ type: "spki", format: "pem" }));
}

// A key of Web Crypto is bound to its hash; as Node's own it signs with any.
async function otherHash(payload: JWTPayload, provider: OidcProvider, alg: string): Promise<string> {
  const { createPrivateKey } = await import("node:crypto");
  const jwk = await exportJWK(lastKey(provider).privateKey);
  return signWith(payload, createPrivateKey({ key: jwk as object, format: "jwk" } as never), { alg, kid: lastKey(provider).kid });
}

async function otherKind(payload: JWTPayload, provider: OidcProvider, alg: string): Promise<string> {
  const { privateKey } = await generateKeyPair(alg);
  return signWith(payload, privateKey, { alg, kid: lastKey(provider).kid });
}

async function ownKey(payload: JWTPayload, kid: string | undefined): Promise<string> {
  const key = await makeKey();
  return signToken(payload, { ...key, kid: kid ?? key.kid }, { jwk: key.jwk });
}

async function insisting(payload: JWTPayload, provider: OidcProvider): Promise<string> {
  const { kid, privateKey } = lastKey(provider);
  const header = { alg: "RS256", kid, crit: ["exp"], exp: now() + 60 };
  return new SignJWT(payload).setProtectedHeader(header).sign(privateKey, { crit: { exp: true } });
}

function withPayload(token: string, payload: unknown): string {
  const [header, , signature] = token.split(".");
  return [header, encoded(payload), signature].join(".");
}

function signedText(text: string, provider: OidcProvider): Promise<string> {
  const { kid, privateKey } = lastKey(provider);
  return new CompactSign(new TextEncoder().encode(text)).setProtectedHeader({ alg: "RS256", kid, typ: "JWT" }).sign(privateKey);
}

function sendHtml(response: ServerResponse, status: number): void {
  response.writeHead(status, { "content-type": "text/html" }).end("<!doctype html><title>Sorry</title><p>Try again later.");
}

function sendForever(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "application/json" });
  const more = () => {
    while (!response.destroyed && response.write(" ".repeat(64 * 1024)));
  };
  response.on("drain", more);
  more();
}

function breakOff(response: ServerResponse): void {
  response.writeHead(200, { "content-length": "1000" });
  response.write('{"id_token":"');
  response.destroy();
}
