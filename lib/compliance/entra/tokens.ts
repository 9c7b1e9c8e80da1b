import { AsyncLocalStorage } from "node:async_hooks";
import { ConfidentialClientApplication, type INetworkModule, type NetworkRequestOptions } from "@azure/msal-node";
import { LRUCache } from "lru-cache";
import type { Context } from "@/lib/context";
import { NotFoundError } from "@/lib/errors";
import { cloudProfile, type CloudProfile } from "./clouds";
import type { Connection } from "./connection";
import { findSealedCredential } from "./connection-queries";
import { openCredential, thumbprintOf, type Credential } from "./credential";
import { MicrosoftError } from "./microsoft-error";
import { redactedExcerpt } from "./redact";
import { retryAfterMs } from "./retry-after";
import { sendHttpRequest } from "./send-http-request";
import { tokenErrorHint } from "./token-error-hint";

/** Which of Microsoft's services a token is for. */
export type Audience = "graph" | "intune";

/** An app-only token with what it says about itself. */
export interface AppToken {
  accessToken: string;
  /** The permissions that an admin of the tenant has granted to the app for this audience. */
  roles: string[];
  tenantId: string;
}

// Next bundles route code apart from the server, so what must exist once per process hangs on globalThis.
const shared = globalThis as unknown as { flotillaEntraClients?: LRUCache<string, ConfidentialClientApplication> };
const lastProblem = new AsyncLocalStorage<{ problem?: MicrosoftError }>();

/**
 * A token of the connection's app for one audience; from memory unless `fresh`.
 * @throws MicrosoftError of kind `credential` (code after token-error-hint.ts), `unreachable`, `throttled` or `unavailable`; NotFoundError `connection_not_found`
 */
export async function getToken(ctx: Pick<Context, "db">, connection: Connection, audience: Audience, { fresh = false } = {}): Promise<AppToken> {
  const profile = cloudProfile(connection.cloud);
  const client = await clientOf(ctx, connection, profile);
  const held: { problem?: MicrosoftError } = {};
  try {
    const result = await lastProblem.run(held, () => client.acquireTokenByClientCredential({ scopes: [scopeOf(profile, audience)], skipCache: fresh }));
    if (!result?.accessToken) throw new Error("The token endpoint answered without a token.");
    return { accessToken: result.accessToken, ...readClaims(result.accessToken) };
  } catch (cause) {
    if (held.problem) throw held.problem;
    throw toCredentialError(cause);
  }
}

/** Forgets a connection's tokens, for a disconnect or a new credential. */
export function forgetTokens(connectionId: number): void {
  for (const key of shared.flotillaEntraClients?.keys() ?? []) {
    if (key.startsWith(`${connectionId} `)) shared.flotillaEntraClients?.delete(key);
  }
}

function scopeOf(profile: CloudProfile, audience: Audience): string {
  // The Intune resource's identifier itself ends in a slash, so its scope has two.
  return audience === "graph" ? `${profile.graphUrl}/.default` : `${profile.intuneResource}/.default`;
}

async function clientOf(ctx: Pick<Context, "db">, connection: Connection, profile: CloudProfile): Promise<ConfidentialClientApplication> {
  shared.flotillaEntraClients ??= new LRUCache({ max: 100 });
  const key = [connection.id, profile.loginUrl, connection.tenantId, connection.clientId, connection.credentialVersion].join(" ");
  const known = shared.flotillaEntraClients.get(key);
  if (known) return known;
  const sealed = await findSealedCredential(ctx.db, connection.id);
  if (!sealed) throw new NotFoundError("connection_not_found", "This connection no longer exists. Connect the tenant again.");
  if (!sealed.ciphertext) {
    throw new MicrosoftError("credential", "This connection has no client secret and no certificate. Add one in Settings.", {
      status: 0,
      code: "credential_invalid",
    });
  }
  const client = new ConfidentialClientApplication({
    auth: {
      clientId: connection.clientId,
      authority: `${profile.loginUrl}/${connection.tenantId}`,
      knownAuthorities: [new URL(profile.loginUrl).host],
      ...credentialOptions(openCredential(sealed.ciphertext)),
    },
    // MSAL's own client waits for ever on a POST; ours has the same limits as every other call.
    system: { networkClient: boundedNetwork },
  });
  // A credential that was rotated since the caller read its row belongs to another version.
  if (sealed.version === connection.credentialVersion) shared.flotillaEntraClients.set(key, client);
  return client;
}

function credentialOptions(credential: Credential) {
  if (credential.kind === "secret") return { clientSecret: credential.secret };
  return { clientCertificate: { thumbprintSha256: thumbprintOf(credential.certificate), privateKey: credential.privateKey, x5c: credential.certificate } };
}

const boundedNetwork: INetworkModule = {
  sendGetRequestAsync: (url, options) => exchange("GET", url, options),
  sendPostRequestAsync: (url, options) => exchange("POST", url, options),
};

async function exchange<Body>(
  method: string,
  url: string,
  options?: NetworkRequestOptions,
): Promise<{ headers: Record<string, string>; body: Body; status: number }> {
  const held: { problem?: MicrosoftError } = lastProblem.getStore() ?? {};
  try {
    const answer = await sendHttpRequest({
      surface: "sign_in",
      method,
      url,
      headers: { accept: "application/json", ...options?.headers },
      body: options?.body,
    });
    const { status, headers, text } = answer;
    // Refusals that pass are ours to time: MSAL would go on refusing by itself for a minute.
    if (status === 429 || status >= 500) {
      throw new MicrosoftError(
        status === 429 ? "throttled" : "unavailable",
        `Microsoft's sign-in service answered ${status}. Nobody's access changes meanwhile; we try again by ourselves.`,
        {
          status,
          retryAfterMs: retryAfterMs(headers["retry-after"], new Date()),
          requestId: headers["x-ms-request-id"] ?? headers["request-id"] ?? "",
          excerpt: redactedExcerpt(text),
        },
      );
    }
    const body = JSON.parse(text) as Body;
    delete held.problem; // an earlier try that MSAL got over
    return { headers, status, body };
  } catch (cause) {
    held.problem =
      cause instanceof MicrosoftError
        ? cause
        : new MicrosoftError("unavailable", "Microsoft's sign-in service answered something that isn't JSON. We try again by ourselves.", { status: 0, cause });
    throw held.problem;
  }
}

function toCredentialError(cause: unknown): MicrosoftError {
  const text = cause instanceof Error ? cause.message : String(cause);
  const hint = tokenErrorHint(text);
  return new MicrosoftError("credential", hint.message, {
    status: 401,
    code: hint.code,
    microsoftCode: hint.microsoftCode,
    requestId: /(?:Trace ID|trace_id)[:=\s]+([0-9a-f-]{36})/i.exec(text)?.[1] ?? "",
    excerpt: redactedExcerpt(text),
    cause,
  });
}

function readClaims(accessToken: string): { roles: string[]; tenantId: string } {
  try {
    const payload = JSON.parse(Buffer.from(accessToken.split(".")[1] ?? "", "base64url").toString("utf8")) as { roles?: unknown; tid?: unknown };
    const roles = Array.isArray(payload.roles) ? payload.roles.filter((role): role is string => typeof role === "string") : [];
    return { roles, tenantId: typeof payload.tid === "string" ? payload.tid : "" };
  } catch (cause) {
    throw new MicrosoftError("unavailable", "Microsoft's sign-in service issued a token that can't be read. We try again by ourselves.", {
      status: 200,
      cause,
    });
  }
}
