import { AgentNetworkError, type AgentResponse } from "./agent-transport";
import { AgentStopped, type AgentSession } from "./agent-session";
import { createRandom, type SeededRandom } from "./seeded-random";

const RESTARTING_CAPABILITIES = ["orbit_endpoints", "token_rotation", "end_user_email"];
const CLIENT_CAPABILITIES = "escrow_buddy,setup_experience";
/** Since 2026 orbit enrols again only when refusals last this long. */
const REFUSAL_PATIENCE_MS = 45_000;

/** What orbit and the tray icon keep across restarts. */
export interface OrbitMemory {
  nodeKey: string | null;
  refusedSince: number | null;
  token: { value: string; madeAt: number; posted: boolean } | null;
  capabilities: Set<string> | null;
  /** Stops asking for good after a 404 at enrolment. */
  noSuchServer: boolean;
  tokens: SeededRandom;
}

export function emptyOrbitMemory(seed: string | number, index: number): OrbitMemory {
  return { nodeKey: null, refusedSince: null, token: null, capabilities: null, noSuchServer: false, tokens: createRandom(seed, index, "device tokens") };
}

export interface Orbit {
  /** Settles at the end of the first enrolment, however it went. */
  firstEnrolment: Promise<void>;
  /** The person presses "Refetch" on My device. @throws OrbitCallFailed when the server refuses */
  refetch: () => Promise<void>;
}

/** An orbit or device call that was answered with an error. */
export class OrbitCallFailed extends Error {
  override name = "OrbitCallFailed";
  constructor(
    readonly path: string,
    readonly status: number,
    message: string,
  ) {
    super(`${path} answered ${status}: ${message}`);
  }
}

/** Starts fleetd's supervisor and its tray icon: enrolment, config, capabilities, device token and `/desktop` checks. */
export function startOrbit(session: AgentSession, memory: OrbitMemory, restart: () => void): Orbit {
  const { computer, options, status } = session;
  let enrolled: () => void = () => undefined;
  const firstEnrolment = new Promise<void>((resolve) => (enrolled = resolve));
  session.onStop(() => enrolled());

  function fail(path: string, reason: string): void {
    status.lastError = `${path}: ${reason}`;
    session.emit({ type: "call_failed", path, reason });
  }

  /** @throws OrbitCallFailed for any status that is not 2xx */
  async function send(method: "GET" | "HEAD" | "POST", path: string, body: Record<string, unknown> | null): Promise<AgentResponse> {
    const headers: Record<string, string> = { "user-agent": `fleet-agent/${computer.identity.fleetdVersion}`, "x-fleet-capabilities": CLIENT_CAPABILITIES };
    if (body) headers["content-type"] = "application/json";
    const answer = await session.send({ method, path, headers, body: body && JSON.stringify(body) });
    if (answer.status < 200 || answer.status > 299) throw new OrbitCallFailed(path, answer.status, answer.text.slice(0, 200));
    // every good answer replaces the picture of the server, a missing header means "no capabilities"
    const named = (answer.headers["x-fleet-capabilities"] ?? "")
      .split(",")
      .map((name) => name.trim())
      .filter(Boolean);
    if (path.startsWith("/api/fleet/orbit/")) seeCapabilities(new Set(named));
    return answer;
  }

  function seeCapabilities(seen: Set<string>): void {
    const before = memory.capabilities;
    memory.capabilities = seen;
    if (before && RESTARTING_CAPABILITIES.some((name) => before.has(name) !== seen.has(name))) restart();
  }

  async function enroll(): Promise<string> {
    const { identity } = computer;
    const path = "/api/fleet/orbit/enroll";
    const answer = await send("POST", path, {
      enroll_secret: options.enrollSecret,
      hardware_uuid: identity.hardwareUuid,
      hardware_serial: identity.serial,
      hostname: identity.hostname,
      platform: identity.platform,
      platform_like: identity.platform === "ubuntu" ? "debian" : identity.platform,
      osquery_identifier: "",
      computer_name: identity.computerName,
      hardware_model: identity.hardwareModel,
    });
    const key = asRecord(readJson(answer.text)).orbit_node_key;
    if (typeof key !== "string" || key === "") throw new OrbitCallFailed(path, answer.status, "the answer has no orbit_node_key");
    memory.nodeKey = key;
    memory.refusedSince = null;
    status.orbitEnrolled = true;
    session.emit({ type: "orbit_enrolled" });
    return key;
  }

  /** 10, 20, 40, 80, 160 seconds between six attempts, then the caller starts over. */
  async function enrollPatiently(): Promise<string> {
    for (let wait = 10; ; wait *= 2) {
      try {
        return await enroll();
      } catch (error) {
        if (!isCallError(error)) throw error;
        fail("/api/fleet/orbit/enroll", error.message);
        if (error instanceof OrbitCallFailed && error.status === 404) memory.noSuchServer = true;
        if (memory.noSuchServer || wait > 160) throw error;
        await session.sleep(wait);
      }
    }
  }

  async function call(path: string, body: Record<string, unknown>): Promise<AgentResponse> {
    const nodeKey = memory.nodeKey ?? (await enrollPatiently());
    try {
      const answer = await send("POST", path, { orbit_node_key: nodeKey, ...body });
      memory.refusedSince = null;
      return answer;
    } catch (error) {
      if (error instanceof OrbitCallFailed && error.status === 401) refuse(nodeKey);
      throw error;
    }
  }

  function refuse(nodeKey: string): void {
    if (memory.nodeKey !== nodeKey) return;
    memory.refusedSince ??= session.now();
    if (options.orbitGeneration === "2026" && session.now() - memory.refusedSince < REFUSAL_PATIENCE_MS) return;
    memory.nodeKey = null;
    memory.refusedSince = null;
    status.orbitEnrolled = false;
  }

  async function configLoop(): Promise<void> {
    let failures = 0;
    for (;;) {
      try {
        await call("/api/fleet/orbit/config", {});
        failures = 0;
      } catch (error) {
        if (!isCallError(error)) throw error;
        if (!(error instanceof OrbitCallFailed && error.path.endsWith("/enroll"))) fail("/api/fleet/orbit/config", error.message);
        if (memory.noSuchServer) return;
        // a refusal is looked at again at the usual time; only faults and silence slow orbit down
        failures = error instanceof OrbitCallFailed && error.status === 401 ? 0 : failures + 1;
      } finally {
        enrolled();
      }
      const backoff =
        options.orbitGeneration === "2026" ? Math.min(300, options.orbitConfigSeconds * 2 ** Math.max(0, failures - 1)) : options.orbitConfigSeconds;
      await session.sleep(backoff);
    }
  }

  async function postToken(): Promise<void> {
    if (memory.capabilities && !memory.capabilities.has("token_rotation")) return;
    memory.token ??= { value: memory.tokens.uuid(), madeAt: session.now(), posted: false };
    if (memory.token.posted) return;
    const { token } = memory;
    try {
      await call("/api/fleet/orbit/device_token", { device_auth_token: token.value });
      token.posted = true;
      status.deviceToken = token.value;
      session.emit({ type: "token_rotated" });
    } catch (error) {
      if (!isCallError(error)) throw error;
      fail("/api/fleet/orbit/device_token", error.message);
      // another computer has it, or it was not acceptable: the next round makes a fresh one
      if (error instanceof OrbitCallFailed && (error.status === 409 || error.status === 400)) memory.token = null;
    }
  }

  async function desktopWorks(): Promise<boolean> {
    const { token } = memory;
    if (!token?.posted) return false;
    const path = `/api/latest/fleet/device/${token.value}/desktop`;
    try {
      const count = asRecord(readJson((await send("GET", path, null)).text)).failing_policies_count;
      status.failingPolicies = typeof count === "number" ? count : null;
      return true;
    } catch (error) {
      if (!isCallError(error)) throw error;
      fail("/api/latest/fleet/device/{token}/desktop", error.message.replaceAll(token.value, "{token}"));
      return false;
    }
  }

  /** Looks at the token every 30 s; asks the server about it every 5 min and makes a new one when that fails for any reason. */
  async function tokenLoop(): Promise<void> {
    let checkedAt = session.now();
    for (;;) {
      const aged = memory.token && session.now() - memory.token.madeAt >= options.tokenRotationSeconds * 1000;
      if (aged) memory.token = null;
      await postToken();
      await session.sleep(30);
      if (session.now() - checkedAt < options.desktopSeconds * 1000) continue;
      checkedAt = session.now();
      if (memory.token?.posted && !(await desktopWorks())) memory.token = null;
    }
  }

  async function trayLoop(): Promise<void> {
    for (;;) await session.sleep((await desktopWorks()) ? options.desktopSeconds : 5);
  }

  async function pingLoop(): Promise<void> {
    for (;;) {
      await session.sleep(options.desktopSeconds);
      try {
        await send("HEAD", "/api/fleet/orbit/ping", null);
      } catch (error) {
        if (!isCallError(error)) throw error;
        // 404 is an old server and no fault
        if (!(error instanceof OrbitCallFailed && error.status === 404)) fail("/api/fleet/orbit/ping", error.message);
      }
    }
  }

  session.run(configLoop);
  session.run(async () => {
    await firstEnrolment;
    if (memory.noSuchServer) return;
    session.run(tokenLoop);
    session.run(pingLoop);
    if (options.desktop) session.run(trayLoop);
  });

  return {
    firstEnrolment,
    async refetch() {
      if (!memory.token?.posted) throw new OrbitCallFailed("/api/latest/fleet/device/{token}/refetch", 0, "the computer has no device token yet");
      await send("POST", `/api/latest/fleet/device/${memory.token.value}/refetch`, {});
    },
  };
}

function isCallError(error: unknown): error is OrbitCallFailed | AgentNetworkError {
  return !(error instanceof AgentStopped) && (error instanceof OrbitCallFailed || error instanceof AgentNetworkError);
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // an empty or foreign body has no members, which is what the callers look for
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
