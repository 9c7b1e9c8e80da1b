import { spawn, type ChildProcess } from "node:child_process";
import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { join } from "node:path";
import { Agent, type Dispatcher } from "undici";

const startTimeoutMs = 120_000;
const stopTimeoutMs = 60_000;

/** How to start the product's own server as a process of its own. */
export interface ServerOptions {
  dataDir: string;
  /** Without it the server starts its embedded database in `dataDir`. */
  databaseUrl?: string;
  /** Ports; free ones are found when missing. */
  port?: number;
  tlsPort?: number;
  /** The Microsoft addresses and the CA that the server is to trust, all as an operator would set them. */
  environment?: Record<string, string>;
  /** Gets every line that the server prints. */
  onLine?: (line: string) => void;
  /** The bundle to run; default `dist/server.mjs`. */
  program?: string;
}

/** The running server. */
export interface ServerProcess {
  /** `http://localhost:port`, for people and the REST API. */
  origin: string;
  /** `https://localhost:port`, for agents. */
  tlsOrigin: string;
  /** The CA that signed the TLS certificate. */
  caFile: string;
  pid: number;
  /** Ends it in order and waits. */
  stop: () => Promise<void>;
  /** Ends it at once, as a crash would, and waits. */
  kill: () => Promise<void>;
}

/** The admin that ADMIN_EMAIL and ADMIN_PASSWORD make in every stack of ours. */
export const stackAdmin = { email: "admin@aldergate.example", password: "harbour-lantern-4-tides" };

/**
 * Starts the built server (`dist/server.mjs`) and waits until it can serve.
 * @throws Error with the server's last lines when it ends or isn't ready within two minutes
 */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const port = options.port ?? (await freePort());
  const tlsPort = options.tlsPort ?? (await freePort());
  const origin = `http://localhost:${port}`;
  const child = spawn(process.execPath, ["--enable-source-maps", options.program ?? join("dist", "server.mjs")], {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...cleanEnvironment(),
      NODE_ENV: "production",
      NEXT_TELEMETRY_DISABLED: "1",
      HOST: "127.0.0.1",
      PORT: String(port),
      TLS_PORT: String(tlsPort),
      DATA_DIR: options.dataDir,
      PUBLIC_URL: origin,
      ORGANISATION_NAME: "Aldergate Research",
      ADMIN_EMAIL: stackAdmin.email,
      ADMIN_PASSWORD: stackAdmin.password,
      LOG_LEVEL: "warn",
      // Nobody takes over here: an ordinary stop needn't wait for anybody.
      READINESS_SECONDS: "0",
      DRAIN_SECONDS: "0",
      ...(options.databaseUrl && { DATABASE_URL: options.databaseUrl, SECRET_KEY: "a stack of our own, with a long key" }),
      ...options.environment,
    },
  });
  const lines = collectLines(child, options.onLine);
  let ended = false;
  // Whatever becomes of this process, the server and its database go with it.
  const endWithUs = () => child.kill("SIGTERM");
  process.prependOnceListener("exit", endWithUs);
  const exit = new Promise<void>((resolve) =>
    child.once("exit", () => {
      ended = true;
      process.removeListener("exit", endWithUs);
      resolve();
    }),
  );
  const end = async (signal: NodeJS.Signals) => {
    if (!ended) child.kill(signal);
    const late = setTimeout(() => child.kill("SIGKILL"), stopTimeoutMs);
    await exit;
    clearTimeout(late);
  };
  const deadline = Date.now() + startTimeoutMs;
  while (!(await isReady(origin))) {
    if (ended || Date.now() > deadline) {
      await end("SIGTERM");
      throw new Error(`The server didn't become ready on ${origin}. It said:\n${lines.slice(-20).join("\n")}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    origin,
    tlsOrigin: `https://localhost:${tlsPort}`,
    caFile: join(options.dataDir, "tls", "ca.pem"),
    pid: child.pid as number,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
  };
}

/** What the caller's shell sets for itself must not reach the server. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const ours =
    /^(PORT|TLS_|DATABASE_|DATA_DIR|PUBLIC_URL|SECRET_KEY|ADMIN_|ORGANISATION_|ENTRA_|MICROSOFT_|NODE_EXTRA_CA_CERTS|HOST$|NEXT_DIST_DIR|VITEST|READINESS_|DRAIN_)/;
  const kept = Object.entries(process.env).filter(([name]) => !ours.test(name) || name === "NEXT_DIST_DIR");
  return Object.fromEntries(kept) as NodeJS.ProcessEnv;
}

function collectLines(child: ChildProcess, onLine?: (line: string) => void): string[] {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    let rest = "";
    stream?.on("data", (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split("\n");
      rest = parts.pop() ?? "";
      for (const line of parts) {
        lines.push(line);
        if (lines.length > 500) lines.shift();
        onLine?.(line);
      }
    });
  }
  return lines;
}

async function isReady(origin: string): Promise<boolean> {
  try {
    return (await fetch(`${origin}/readyz`, { signal: AbortSignal.timeout(2000) })).ok;
  } catch {
    return false;
  }
}

/** A TCP port on loopback that nobody uses now. */
export async function freePort(): Promise<number> {
  // Below what systems give to connections that go out: such a port isn't taken between now and its use.
  for (let tries = 0; tries < 200; tries += 1) {
    const port = randomInt(12_000, 32_000);
    if (await isFree(port)) return port;
  }
  throw new Error("No port from 12000 to 31999 is free on this machine.");
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

/** A dispatcher for fetch that trusts `ca` besides the well-known authorities. */
export function trusting(ca: string): Dispatcher {
  return new Agent({ connect: { ca } });
}
