import type { AgentRequest } from "./agent-request";
import type { AgentOverrides } from "./agent-context";
import { handleAgentRequest } from "./handle-agent-request";

/** A route handler for agents' paths: the same answers as from the socket. The peer's address isn't known here. @param overrides the time, for tests */
export function agentRoute(overrides: AgentOverrides = {}): (request: Request) => Promise<Response> {
  return (request) => answerRoute(request, overrides);
}

async function answerRoute(request: Request, overrides: AgentOverrides): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const { status, headers, body } = await handleAgentRequest(
    {
      method: request.method,
      path: pathname + search,
      headers: Object.fromEntries(request.headers),
      body: readAll(request),
      remoteAddress: "",
    } satisfies AgentRequest,
    overrides,
  );
  const { connection: _connection, ...rest } = headers;
  const empty = request.method === "HEAD" || status === 204;
  return new Response(empty ? null : body, { status, headers: rest });
}

async function* readAll(request: Request): AsyncGenerator<Uint8Array> {
  if (!request.body) return;
  const reader = request.body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => undefined); // it may have ended by itself
  }
}
