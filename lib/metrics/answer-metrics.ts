import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { env } from "../env";
import { getLogger } from "../log";
import { joinMetrics, type OtherThreads } from "./join-metrics";
import { metricsRegistry } from "./registry";

/** The one path that metrics are at. */
export const metricsPath = "/metrics";

/**
 * Answers a request for metrics, in Prometheus' text format. `door` is where it came in: at the people's port they exist only with METRICS_TOKEN,
 * at the port of their own also without. Where a token is set it is asked for at both. `askThreads` asks the other threads for their own. Never throws.
 */
export async function answerMetrics(
  request: IncomingMessage,
  response: ServerResponse,
  door: "people" | "own",
  askThreads: () => Promise<Partial<OtherThreads>>,
): Promise<void> {
  const { METRICS_TOKEN } = env();
  const path = (request.url ?? "/").split("?", 1)[0];
  if (path !== metricsPath || (door === "people" && METRICS_TOKEN === undefined)) return say(response, 404, "There is nothing at this path.");
  if (request.method !== "GET" && request.method !== "HEAD") return say(response, 405, "Metrics are read by GET.", { allow: "GET, HEAD" });
  if (METRICS_TOKEN !== undefined && !carries(request.headers.authorization, METRICS_TOKEN)) {
    return say(response, 401, "Send METRICS_TOKEN as a bearer token: Authorization: Bearer <token>.", { "www-authenticate": 'Bearer realm="metrics"' });
  }
  try {
    const [main, others] = await Promise.all([metricsRegistry().getMetricsAsJSON(), askThreads()]);
    const text = await joinMetrics({ main, ...others });
    if (response.destroyed) return;
    response.writeHead(200, {
      "content-type": metricsRegistry().contentType,
      "content-length": Buffer.byteLength(text),
      "cache-control": "no-store",
    });
    response.end(request.method === "HEAD" ? undefined : text);
  } catch (error) {
    getLogger().error({ "error.message": String((error as Error)?.stack ?? error) }, "metrics couldn't be read");
    if (!response.headersSent) say(response, 500, "Metrics can't be read now. The server's log says why.");
  }
}

// Hashed first, so that neither the length nor the first wrong letter shows in how long this takes.
function carries(header: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+) *$/i.exec(header ?? "")?.[1] ?? "";
  return timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

function say(response: ServerResponse, status: number, text: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store", ...headers }).end(`${text}\n`);
}
