import { Pool, errors } from "undici";

export interface AgentRequest {
  method: "GET" | "HEAD" | "POST" | "PUT";
  path: string;
  headers: Record<string, string>;
  body: string | Buffer | null;
}

export interface AgentResponse {
  status: number;
  headers: Readonly<Record<string, string>>;
  text: string;
}

/** The network of a fleet: every computer's requests share one bounded set of sockets. */
export interface AgentTransport {
  /** @throws AgentNetworkError when no answer came */
  send: (request: AgentRequest) => Promise<AgentResponse>;
  close: () => Promise<void>;
}

/** No answer came. `timedOut` tells a silent server from a broken connection, because osqueryd tries only the latter again. */
export class AgentNetworkError extends Error {
  override name = "AgentNetworkError";
  constructor(
    message: string,
    readonly timedOut: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export interface TransportOptions {
  /** Address of the server, with a path when it lives under a prefix. */
  serverUrl: string;
  /** PEM of the authority to trust, for https. */
  ca?: string;
  maxSockets?: number;
}

/** osqueryd gives one request 16 seconds for everything. */
const TIMEOUT_MS = 16_000;

/** Opens the network to one server. @throws TypeError when `serverUrl` is not an http or https address */
export function createTransport({ serverUrl, ca, maxSockets = 128 }: TransportOptions): AgentTransport {
  const url = new URL(serverUrl);
  const prefix = url.pathname.replace(/\/$/, "");
  const pool = new Pool(url.origin, {
    connections: maxSockets,
    pipelining: 1,
    keepAliveTimeout: 60_000,
    headersTimeout: TIMEOUT_MS,
    bodyTimeout: TIMEOUT_MS,
    connect: { timeout: TIMEOUT_MS, ...(ca === undefined ? {} : { ca }) },
  });
  return {
    async send({ method, path, headers, body }) {
      try {
        const response = await pool.request({ method, path: prefix + path, headers, body });
        const text = await response.body.text();
        return {
          status: response.statusCode,
          headers: Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)])),
          text,
        };
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        const timedOut = error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError || error instanceof errors.ConnectTimeoutError;
        throw new AgentNetworkError(`${method} ${path}: ${error.message || error.name}`, timedOut, { cause: error });
      }
    },
    close: () => pool.destroy(),
  };
}
