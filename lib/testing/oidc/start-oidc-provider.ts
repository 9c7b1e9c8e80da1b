import { createHash, randomUUID, type KeyObject } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK, type JWTPayload } from "jose";

/** A person of the simulated directory: the claims that are theirs. */
export interface ProviderPerson {
  oid: string;
  name: string;
  preferred_username: string;
  [claim: string]: unknown;
}

/** What a sign-in is answered with; each part can be made a lie. */
export interface ProviderAnswer {
  person: ProviderPerson;
  /** Changes the claims before they are signed; undefined takes one away. */
  claims?: (honest: JWTPayload) => Record<string, unknown>;
  /** Makes the id token in another way. */
  makeToken?: (claims: JWTPayload, provider: OidcProvider) => Promise<string> | string;
  /** Writes the answer of the token endpoint in another way. */
  answerToken?: (response: ServerResponse, idToken: string) => void;
  /** Writes the list of keys in another way. */
  answerKeys?: (response: ServerResponse, keys: JWK[]) => void;
  /** Doesn't look at the code's verifier, secret, redirect address or earlier use. */
  takesAnything?: boolean;
}

/** A signing key and its public half as the list has it. */
export interface ProviderKey {
  kid: string;
  privateKey: CryptoKey | KeyObject;
  jwk: JWK;
}

/** An OpenID provider with Entra's addresses and claims, for one tenant and one app, on this computer. */
export interface OidcProvider {
  origin: string;
  tenantId: string;
  clientId: string;
  clientSecret: string;
  keys: ProviderKey[];
  answer: ProviderAnswer;
  /** How often the token endpoint was asked. */
  exchanges: number;
  /** Plays the person who picks their account: gives the address that the browser is sent back to. */
  signIn(authorizeAddress: string): Promise<URL>;
  addKey(): Promise<ProviderKey>;
  close(): Promise<void>;
}

interface Given {
  nonce: string;
  challenge: string;
  redirectUri: string;
}

/** Starts a provider on a free port. It is honest until `answer` says otherwise. */
export async function startOidcProvider(person: ProviderPerson): Promise<OidcProvider> {
  const codes = new Map<string, Given>();
  const server = createServer((request, response) => {
    void route(provider, codes, request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider: OidcProvider = {
    origin,
    tenantId: "7d1c0f7e-2f0a-4a55-9a10-0a7f6e5d4c3b",
    clientId: "1b9e6a0c-54d2-4f6b-8f3e-2c1d0e9f8a7b",
    clientSecret: "provider~secret~of~the~tests",
    keys: [],
    answer: { person },
    exchanges: 0,
    async signIn(address) {
      const back = await fetch(address, { redirect: "manual" });
      return new URL(back.headers.get("location") ?? "");
    },
    async addKey() {
      const made = await makeKey();
      provider.keys.push(made);
      return made;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  await provider.addKey();
  return provider;
}

/** An RSA key as Entra's list has them. */
export async function makeKey(): Promise<ProviderKey> {
  const { privateKey, publicKey } = await generateKeyPair("RS256", { extractable: true });
  const kid = randomUUID();
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: "sig" } };
}

/** Signs as Entra does. */
export function signToken(claims: JWTPayload, key: Pick<ProviderKey, "kid" | "privateKey">, header: Record<string, unknown> = {}): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: "RS256", typ: "JWT", kid: key.kid, ...header }).sign(key.privateKey);
}

async function route(provider: OidcProvider, codes: Map<string, Given>, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", provider.origin);
  const base = `/${provider.tenantId}`;
  if (url.pathname === `${base}/oauth2/v2.0/authorize`) return authorize(codes, url, response);
  if (url.pathname === `${base}/oauth2/v2.0/token`) return exchange(provider, codes, await readForm(request), response);
  if (url.pathname === `${base}/discovery/v2.0/keys`) {
    const keys = provider.keys.map(({ jwk }) => jwk);
    return provider.answer.answerKeys ? provider.answer.answerKeys(response, keys) : sendJson(response, 200, { keys });
  }
  sendJson(response, 404, { error: "not_found" });
}

function authorize(codes: Map<string, Given>, { searchParams }: URL, response: ServerResponse): void {
  const given = (name: string) => searchParams.get(name) ?? "";
  const code = randomUUID();
  codes.set(code, { nonce: given("nonce"), challenge: given("code_challenge"), redirectUri: given("redirect_uri") });
  const back = new URL(given("redirect_uri"));
  back.search = new URLSearchParams({ code, state: given("state"), session_state: randomUUID() }).toString();
  response.writeHead(302, { location: back.href }).end();
}

async function exchange(provider: OidcProvider, codes: Map<string, Given>, form: URLSearchParams, response: ServerResponse): Promise<void> {
  provider.exchanges += 1;
  const { answer } = provider;
  const held = codes.get(form.get("code") ?? "");
  if (!answer.takesAnything) codes.delete(form.get("code") ?? "");
  const problem = whyNot(provider, held, form);
  if (!held || (problem && !answer.takesAnything))
    return sendJson(response, problem?.status ?? 400, { error: problem?.error, error_description: problem?.text });
  const claims = honestClaims(provider, held);
  const changed = { ...claims, ...answer.claims?.(claims) } as JWTPayload;
  const key = provider.keys.at(-1) as ProviderKey;
  const idToken = await (answer.makeToken ? answer.makeToken(changed, provider) : signToken(changed, key));
  if (answer.answerToken) return answer.answerToken(response, idToken);
  sendJson(response, 200, {
    token_type: "Bearer",
    expires_in: 3599,
    access_token: "opaque-access-token",
    refresh_token: "opaque-refresh-token",
    id_token: idToken,
  });
}

function whyNot(
  { clientId, clientSecret }: OidcProvider,
  held: Given | undefined,
  form: URLSearchParams,
): { status: number; error: string; text: string } | null {
  const verifier = createHash("sha256")
    .update(form.get("code_verifier") ?? "")
    .digest("base64url");
  if (form.get("client_id") !== clientId) return { status: 400, error: "unauthorized_client", text: "AADSTS700016: Application not found." };
  if (form.get("client_secret") !== clientSecret) return { status: 401, error: "invalid_client", text: "AADSTS7000215: Invalid client secret provided." };
  if (!held) return { status: 400, error: "invalid_grant", text: "AADSTS54005: OAuth2 Authorization code was already redeemed." };
  if (held.redirectUri !== form.get("redirect_uri")) return { status: 400, error: "invalid_grant", text: "AADSTS50011: The redirect URI differs." };
  return held.challenge === verifier ? null : { status: 400, error: "invalid_grant", text: "AADSTS501481: The Code_Verifier does not match." };
}

function honestClaims({ origin, tenantId, clientId, answer }: OidcProvider, { nonce }: Given): JWTPayload {
  const now = Math.floor(Date.now() / 1000);
  // Entra dates its tokens five minutes back.
  const times = { iat: now - 300, nbf: now - 300, exp: now + 3600 };
  return {
    iss: `${origin}/${tenantId}/v2.0`,
    aud: clientId,
    ...times,
    tid: tenantId,
    sub: `pairwise-${answer.person.oid}`,
    nonce,
    ver: "2.0",
    ...answer.person,
  };
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return new URLSearchParams(Buffer.concat(chunks).toString("utf8"));
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
