import { randomUUID } from "node:crypto";
import type { Context } from "@/lib/context";
import { cloudProfile, isPartnerAddress } from "./clouds";
import type { Connection } from "./connection";
import { pauseLane } from "./connection-queries";
import { MicrosoftError, type MicrosoftErrorKind } from "./microsoft-error";
import { noteCredentialError } from "./note-credential-error";
import { slowDownPace } from "./pace-queries";
import { redactedExcerpt, redactedPath } from "./redact";
import { requestPermissionCheck } from "./request-permission-check";
import { retryAfterMs } from "./retry-after";
import { sendHttpRequest, type HttpAnswer } from "./send-http-request";
import { takeTurn } from "./take-turn";
import { getToken, type Audience } from "./tokens";

const pauseWithoutWordMs = 30_000;

/** One call: `url` is whole; `body` is sent as JSON. */
export interface MicrosoftCall {
  audience: Audience;
  method: string;
  url: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** What Microsoft answered, 2xx. `body` is the parsed JSON, the text where it is none, or null where there is nothing. */
export interface MicrosoftAnswer {
  status: number;
  body: unknown;
  headers: Record<string, string>;
  requestId: string;
  clientRequestId: string;
}

/**
 * Calls Graph or a partner service as the connection's app. A 401 is answered with a fresh token, once. A 429 holds the tenant's lane
 * for this audience back, and while it is held no call goes out; otherwise calls go out at a pace that all instances share. A token is only ever sent to hosts of the connection's cloud.
 * @throws MicrosoftError, whose `kind` says whether to try again
 */
export async function callMicrosoft(ctx: Context, connection: Connection, call: MicrosoftCall): Promise<MicrosoftAnswer> {
  refuseForeignAddress(connection, call);
  await takeTurn(ctx, connection.id, call.audience);
  const clientRequestId = randomUUID();
  let answer = await send(ctx, connection, call, clientRequestId, false);
  if (answer.status === 401) answer = await send(ctx, connection, call, clientRequestId, true);
  const requestId = answer.headers["request-id"] ?? answer.headers["x-ms-request-id"] ?? "";
  ctx.log.debug(
    {
      "http.method": call.method,
      "http.path": redactedPath(call.url),
      "http.status": answer.status,
      "microsoft.request_id": requestId,
      "connection.id": connection.id,
    },
    "called Microsoft",
  );
  if (answer.status >= 200 && answer.status < 300)
    return { status: answer.status, body: readBody(answer.text), headers: answer.headers, requestId, clientRequestId };
  throw await refusal(ctx, connection, call, answer, requestId, clientRequestId);
}

function refuseForeignAddress(connection: Connection, { audience, url }: MicrosoftCall): void {
  const profile = cloudProfile(connection.cloud);
  const allowed = URL.canParse(url) && (audience === "graph" ? new URL(url).origin === profile.graphUrl : isPartnerAddress(profile, url));
  if (allowed) return;
  throw new MicrosoftError("rejected", `${redactedPath(url)} isn't an address of the ${profile.title} cloud, so no token was sent there.`, {
    status: 0,
    code: "partner_endpoint_untrusted",
  });
}

async function send(ctx: Context, connection: Connection, call: MicrosoftCall, clientRequestId: string, fresh: boolean): Promise<HttpAnswer> {
  const { accessToken } = await getToken(ctx, connection, call.audience, { fresh }).catch(async (error: unknown) => {
    if (error instanceof MicrosoftError && error.kind === "credential") await noteCredentialError(ctx, connection, error);
    throw error;
  });
  const hasBody = call.body !== undefined;
  return sendHttpRequest({
    surface: call.audience === "graph" ? "graph" : "partner",
    method: call.method,
    url: call.url,
    headers: {
      accept: "application/json",
      ...(hasBody && { "content-type": "application/json" }),
      ...call.headers,
      authorization: `Bearer ${accessToken}`,
      "client-request-id": clientRequestId,
    },
    body: hasBody ? JSON.stringify(call.body) : undefined,
  });
}

async function refusal(
  ctx: Context,
  connection: Connection,
  call: MicrosoftCall,
  answer: HttpAnswer,
  requestId: string,
  clientRequestId: string,
): Promise<MicrosoftError> {
  const kind = kindOf(answer.status);
  const waitMs = retryAfterMs(answer.headers["retry-after"], ctx.now());
  if (kind === "throttled") await holdLane(ctx, connection.id, call.audience, waitMs ?? pauseWithoutWordMs);
  if (kind === "forbidden") await requestPermissionCheck(ctx, connection);
  const microsoftCode = microsoftCodeOf(answer.text);
  const service = call.audience === "graph" ? "Microsoft Graph" : "Microsoft's partner service";
  return new MicrosoftError(kind, `${service} answered ${answer.status}${microsoftCode && ` (${microsoftCode})`}${sentenceOf[kind]}`, {
    status: answer.status,
    retryAfterMs: kind === "throttled" ? (waitMs ?? pauseWithoutWordMs) : waitMs,
    requestId,
    clientRequestId,
    microsoftCode,
    excerpt: redactedExcerpt(answer.text),
  });
}

async function holdLane(ctx: Context, connectionId: number, audience: Audience, waitMs: number): Promise<void> {
  const now = ctx.now();
  const until = new Date(now.getTime() + waitMs);
  await pauseLane(ctx.sql, connectionId, until, audience, now);
  await slowDownPace(ctx.sql, connectionId, audience, now, until);
}

const sentenceOf: Record<MicrosoftErrorKind, string> = {
  unreachable: ".",
  throttled: ": too many calls. We wait as long as it asks.",
  unavailable: ". Nobody's access changes meanwhile; we try again by ourselves.",
  unauthorized: ": it doesn't accept our token. Test the connection in Settings.",
  forbidden: ": the app lacks a permission. Check the permissions in Settings.",
  not_found: ": it doesn't know what we asked for.",
  rejected: ": it doesn't accept the request.",
  credential: ".",
};

function kindOf(status: number): MicrosoftErrorKind {
  if (status === 401) return "unauthorized";
  if (status === 403) return "forbidden";
  if (status === 404) return "not_found";
  if (status === 429) return "throttled";
  if (status === 408 || status >= 500) return "unavailable";
  return "rejected";
}

function microsoftCodeOf(text: string): string {
  const body = readBody(text);
  if (typeof body !== "object" || body === null) return "";
  const { error } = body as { error?: unknown };
  const code = typeof error === "object" && error !== null ? (error as { code?: unknown }).code : error;
  return typeof code === "string" ? code.slice(0, 100) : "";
}

function readBody(text: string): unknown {
  if (text.trim() === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return text; // what isn't JSON is judged, and shown, as it came
  }
}
