import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as requestHttps } from "node:https";
import { setTimeout as pause } from "node:timers/promises";

/** Agents that ask without end, each on a connection that it keeps. */
export interface SteadyAgentsOptions {
  /** `http://…` or `https://…`; with the latter `ca` is trusted. */
  origin: string;
  ca?: string;
  nodeKeys: readonly string[];
  /** Between an answer and the next question. */
  pauseMs: number;
}

/** What they met so far. `repeated`: questions whose kept connection ended before any byte of an answer, asked once more on a new one, as real agents do. */
export interface SteadyAgents {
  readonly asked: number;
  readonly answered: number;
  readonly repeated: number;
  /** Questions without the right answer, each in a line. */
  readonly failures: readonly string[];
  /** Lets the questions that are under way end. */
  stop: () => Promise<void>;
}

/** Starts one agent per node key: asks `distributed/read`, expects a 200, pauses, and asks again. */
export function startSteadyAgents(options: SteadyAgentsOptions): SteadyAgents {
  const state = { asked: 0, answered: 0, repeated: 0, failures: [] as string[] };
  const ending = new AbortController();
  const ended = Promise.all(
    options.nodeKeys.map(async (nodeKey, index) => {
      const connection = new Connection(options, nodeKey);
      await pause((options.pauseMs * index) / options.nodeKeys.length);
      while (!ending.signal.aborted) {
        state.asked += 1;
        try {
          const { status, text, repeated } = await connection.ask();
          if (repeated) state.repeated += 1;
          if (status === 200) state.answered += 1;
          else state.failures.push(`${status} ${text.slice(0, 200)}`);
        } catch (error) {
          state.failures.push(String((error as NodeJS.ErrnoException).code ?? error));
        }
        await pause(options.pauseMs);
      }
      connection.close();
    }),
  );
  return Object.assign(state, {
    async stop() {
      ending.abort();
      await ended;
    },
  });
}

interface Answer {
  status: number;
  text: string;
}

class Connection {
  private readonly agent: HttpAgent;
  private readonly body: string;

  constructor(
    private readonly options: SteadyAgentsOptions,
    nodeKey: string,
  ) {
    this.agent =
      options.ca === undefined ? new HttpAgent({ keepAlive: true, maxSockets: 1 }) : new HttpsAgent({ keepAlive: true, maxSockets: 1, ca: options.ca });
    this.body = JSON.stringify({ node_key: nodeKey });
  }

  async ask(): Promise<Answer & { repeated: boolean }> {
    const first = await this.send();
    if (first !== "closed before") return { ...first, repeated: false };
    const second = await this.send();
    if (second === "closed before") throw new Error("the connection ended twice before an answer");
    return { ...second, repeated: true };
  }

  close(): void {
    this.agent.destroy();
  }

  private send(): Promise<Answer | "closed before"> {
    return new Promise((resolve, reject) => {
      const request = this.options.ca === undefined ? requestHttp : requestHttps;
      const asked = request(`${this.options.origin}/api/osquery/distributed/read`, {
        agent: this.agent,
        method: "POST",
        headers: { "content-type": "application/json", "content-length": Buffer.byteLength(this.body) },
        timeout: 20_000,
      });
      let answer: IncomingMessage | undefined;
      asked.on("response", (response) => {
        answer = response;
        let text = "";
        response.on("data", (chunk: Buffer) => (text += chunk.toString()));
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
        response.on("error", reject);
      });
      asked.on("timeout", () => asked.destroy(new Error("no answer within 20 s")));
      asked.on("error", (error: NodeJS.ErrnoException) => {
        const closed = error.code === "ECONNRESET" || error.code === "EPIPE";
        if (closed && asked.reusedSocket && !answer) resolve("closed before");
        else reject(error);
      });
      asked.end(this.body);
    });
  }
}
