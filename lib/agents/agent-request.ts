import { FlotillaError } from "@/lib/errors";
import type { PlainAnswer } from "@/lib/http/plain-connection";

/** What an agent sent, whichever way it came in. `path` may carry a query; `remoteAddress` is empty when it isn't known. */
export interface AgentRequest {
  method: string;
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: AsyncIterable<Uint8Array>;
  remoteAddress: string;
}

/** What the agent is told. Header names are in lower case; a body comes with its length. */
export interface AgentResponse {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
  /** Only on what many hosts are told: how it was written last, and in which second since 1970, since its date stands in it. Kept by whoever writes it. */
  written?: PlainAnswer & { second: number };
}

/** The three dialects of errors: osqueryd reads members of the body, fleetd and its tray read the status. */
export type AgentFamily = "osquery" | "orbit" | "device";

/** A refusal in an agent's own terms. `nodeInvalid` makes osqueryd throw its key away: only for a key that is surely unknown. */
export class AgentError extends FlotillaError {
  constructor(
    readonly status: number,
    code: string,
    message: string,
    readonly options: { nodeInvalid?: boolean; retryAfterSeconds?: number; closeConnection?: boolean; cause?: unknown } = {},
  ) {
    super(code, message, { cause: options.cause });
  }
}

/** fleetd replaces its picture of the server with every answer and restarts when it changes: one list, on all of them. */
export const orbitCapabilities = "orbit_endpoints,token_rotation,end_user_email";

const json = { "content-type": "application/json", "cache-control": "no-store" };
const headersOf: Record<AgentFamily, Readonly<Record<string, string>>> = {
  osquery: json,
  orbit: { ...json, "x-fleet-capabilities": orbitCapabilities },
  device: { ...json, "x-fleet-capabilities": "error_reporting", "referrer-policy": "no-referrer" },
};

/** Answers with JSON text that stands ready. Text, not bytes: it goes out in one piece with the head. */
export function answerText(family: AgentFamily, text: string, status = 200): AgentResponse {
  return { status, headers: { ...headersOf[family], "content-length": String(Buffer.byteLength(text)) }, body: text };
}

/** An answer that many hosts get, so that it is written once a second and not for each. */
export function forMany(answer: AgentResponse): AgentResponse {
  return { ...answer, written: { text: "", utf8: false, closes: false, second: 0 } };
}

/** Answers with a value as JSON. */
export function answerJson(family: AgentFamily, value: object, status = 200): AgentResponse {
  return answerText(family, JSON.stringify(value), status);
}

/** Answers without a body: HEAD, 204, redirects. */
export function answerEmpty(family: AgentFamily, status = 204, headers: Record<string, string> = {}): AgentResponse {
  const { "content-type": _type, ...rest } = headersOf[family] as Record<string, string>;
  return { status, headers: { ...rest, ...(status !== 204 && { "content-length": "0" }), ...headers }, body: "" };
}

/** An error in the family's form. `uuid` names the fault in the log, or is empty. */
export function answerError(family: AgentFamily, error: AgentError, uuid = ""): AgentResponse {
  const { message, status, options } = error;
  const body =
    family === "osquery"
      ? { error: message, ...(options.nodeInvalid && { node_invalid: true }), uuid }
      : { message, errors: [{ name: "base", reason: message }], uuid };
  const answer = answerText(family, JSON.stringify(body), status);
  const headers = {
    ...answer.headers,
    ...(options.retryAfterSeconds !== undefined && { "retry-after": String(options.retryAfterSeconds) }),
    ...(options.closeConnection && { connection: "close" }),
  };
  return { ...answer, headers };
}
