import { request } from "undici";
import { observeMicrosoftRequest, type MicrosoftSurface } from "@/lib/metrics/observe-microsoft-request";
import { MicrosoftError } from "./microsoft-error";
import { redactedExcerpt } from "./redact";

const totalTimeoutMs = 30_000;
const maxAnswerBytes = 4 * 1024 * 1024;

/** One request as it goes out. `surface` is which of Microsoft's services it asks, for the metrics. */
export interface HttpRequest {
  surface: MicrosoftSurface;
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string | undefined;
}

/** One answer, whole and of bounded size. Header names are lower case. */
export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  text: string;
}

/**
 * Sends one request: 10 s to connect (the dispatcher's own limit), 30 s in all, no redirect followed, at most 4 MiB of answer.
 * Trust is Node's own: a further authority comes by NODE_EXTRA_CA_CERTS alone.
 * @throws MicrosoftError of kind `unreachable`
 */
export async function sendHttpRequest({ surface, method, url, headers, body }: HttpRequest): Promise<HttpAnswer> {
  const startedMs = performance.now();
  try {
    const signal = AbortSignal.timeout(totalTimeoutMs);
    const answer = await request(url, {
      method: method as "GET",
      headers,
      body: body ?? null,
      signal,
      headersTimeout: totalTimeoutMs,
      bodyTimeout: totalTimeoutMs,
    });
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > maxAnswerBytes) throw new Error(`The answer is larger than ${maxAnswerBytes} bytes.`);
      chunks.push(chunk);
    }
    observeMicrosoftRequest(surface, answer.statusCode, startedMs);
    const flat = Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value.join(", ") : (value ?? "")]);
    return { status: answer.statusCode, headers: Object.fromEntries(flat) as Record<string, string>, text: Buffer.concat(chunks).toString("utf8") };
  } catch (cause) {
    observeMicrosoftRequest(surface, 0, startedMs);
    const host = URL.canParse(url) ? new URL(url).host : "an address that can't be read";
    const why = redactedExcerpt(whyUnreachable(cause));
    throw new MicrosoftError("unreachable", `Microsoft can't be reached at ${host}: ${why}. Nobody's access changes meanwhile; we try again by ourselves.`, {
      status: 0,
      clientRequestId: headers["client-request-id"] ?? "",
      excerpt: why,
      cause,
    });
  }
}

function whyUnreachable(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const code = (cause as NodeJS.ErrnoException).code;
  if (cause.name === "TimeoutError") return "no answer within 30 s";
  if (code === "UND_ERR_CONNECT_TIMEOUT") return "no connection within 10 s";
  if (code?.startsWith("UND_ERR_HEADERS_TIMEOUT") || code?.startsWith("UND_ERR_BODY_TIMEOUT")) return "no answer within 30 s";
  if (code === "UNABLE_TO_VERIFY_LEAF_SIGNATURE" || code === "SELF_SIGNED_CERT_IN_CHAIN" || code === "DEPTH_ZERO_SELF_SIGNED_CERT") {
    return "its certificate isn't trusted here (NODE_EXTRA_CA_CERTS can name a further authority)";
  }
  return cause.message || code || cause.name;
}
