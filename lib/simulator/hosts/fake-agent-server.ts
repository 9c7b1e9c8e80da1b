import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";

export interface SeenRequest {
  method: string;
  path: string;
  headers: IncomingMessage["headers"];
  text: string;
  body: Record<string, unknown>;
}

export interface CannedAnswer {
  status?: number;
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  text?: string;
  /** Closes the socket instead of answering. */
  hangUp?: boolean;
}

/** A server of few words for tests of the simulated computers: it plays the wire formats and keeps what it was sent. */
export interface FakeAgentServer {
  url: string;
  seen: SeenRequest[];
  /** Requests whose path ends so, oldest first. */
  to: (ending: string) => SeenRequest[];
  /** Answers the next requests whose path ends so, one answer each, before the standing one. */
  next: (ending: string, ...answers: CannedAnswer[]) => void;
  /** The standing answer for paths that end so. */
  always: (ending: string, answer: (request: SeenRequest) => CannedAnswer) => void;
  close: () => Promise<void>;
}

/** Starts the fake server on a free loopback port, with TLS when given a certificate; it enrols everyone and has no questions. */
export async function startFakeAgentServer(tls?: { certPem: string; keyPem: string }): Promise<FakeAgentServer> {
  const seen: SeenRequest[] = [];
  const queued = new Map<string, CannedAnswer[]>();
  const standing = new Map<string, (request: SeenRequest) => CannedAnswer>();
  let keys = 0;
  standing.set("osquery/enroll", () => ({ body: { node_key: `node-key-${++keys}` } }));
  standing.set("orbit/enroll", () => ({ body: { orbit_node_key: `orbit-key-${++keys}` } }));
  standing.set("orbit/config", () => ({ body: { notifications: {} } }));
  standing.set("osquery/config", () => ({ body: {} }));
  standing.set("distributed/read", () => ({ body: { queries: {}, discovery: {} } }));
  standing.set("/desktop", () => ({ body: { failing_policies_count: 0, self_service: false } }));

  const listen: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const raw = Buffer.concat(chunks);
      const text = (request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw).toString();
      const one: SeenRequest = {
        method: request.method ?? "",
        path: request.url ?? "",
        headers: request.headers,
        text,
        body: text === "" ? {} : JSON.parse(text),
      };
      seen.push(one);
      const ending = [...queued].find(([end, answers]) => one.path.endsWith(end) && answers.length > 0)?.[0];
      const stand = [...standing].find(([end]) => one.path.endsWith(end))?.[1];
      const answer = (ending !== undefined ? queued.get(ending)?.shift() : undefined) ?? stand?.(one) ?? {};
      if (answer.hangUp) return request.socket.destroy();
      response.writeHead(answer.status ?? 200, { "content-type": "application/json", "x-fleet-capabilities": "orbit_endpoints,token_rotation,end_user_email" });
      response.end(request.method === "HEAD" ? undefined : (answer.text ?? JSON.stringify(answer.body ?? {})));
    });
  };
  const server = tls ? createTlsServer({ cert: tls.certPem, key: tls.keyPem }, listen) : createServer(listen);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `${tls ? "https" : "http"}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    to: (ending) => seen.filter(({ path }) => path.endsWith(ending)),
    next: (ending, ...answers) => queued.set(ending, [...(queued.get(ending) ?? []), ...answers]),
    always: (ending, answer) => standing.set(ending, answer),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
