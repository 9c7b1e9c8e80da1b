import type { IncomingMessage, ServerResponse } from "node:http";
import { findClientAddress } from "./find-client-address";
import type { AgentOverrides } from "./agent-context";
import { handleAgentRequest } from "./handle-agent-request";

/** Answers an agent's request straight from the socket, without Next. Before the server is `ready` it says so in every agent's words. */
export async function serveAgentRequest(request: IncomingMessage, response: ServerResponse, ready = true, overrides: AgentOverrides = {}): Promise<void> {
  if (!ready) return refuse(request, response);
  const { status, headers, body } = await handleAgentRequest(
    {
      method: request.method ?? "GET",
      path: request.url ?? "/",
      headers: request.headers,
      body: request,
      remoteAddress: findClientAddress(request.socket.remoteAddress ?? "", request.headers),
    },
    overrides,
  );
  if (response.destroyed) return;
  const length = typeof body === "string" ? Buffer.byteLength(body) : body.length;
  response.writeHead(status, status === 204 ? headers : { ...headers, "content-length": length });
  response.end(request.method === "HEAD" ? undefined : body);
  if (headers.connection === "close") endUnread(request, response);
}

function refuse(request: IncomingMessage, response: ServerResponse): void {
  const text = JSON.stringify({
    error: "temporarily unavailable",
    message: "temporarily unavailable",
    errors: [{ name: "base", reason: "temporarily unavailable" }],
    uuid: "",
  });
  response.writeHead(503, { "content-type": "application/json", "cache-control": "no-store", "retry-after": "5", connection: "close" }).end(text);
  endUnread(request, response);
}

// Somebody who goes on sending what we won't read is cut off, once the answer is out.
function endUnread(request: IncomingMessage, response: ServerResponse): void {
  response.once("finish", () => {
    request.resume();
    setTimeout(() => request.destroy(), 500).unref();
  });
}
