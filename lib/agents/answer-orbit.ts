import type { SqlContext } from "@/lib/context";
import { ConflictError, ForbiddenError, InvalidInputError, NotFoundError, TooManyRequestsError, UnauthenticatedError } from "@/lib/errors";
import { enrollHost } from "@/lib/hosts/enroll-host";
import { recordDeviceMapping } from "@/lib/hosts/record-device-mapping";
import { storeDeviceToken } from "@/lib/hosts/store-device-token";
import { agentCounters } from "@/lib/metrics/agent-counters";
import { hashToken } from "@/lib/secret-box";
import { agentCaches } from "./agent-caches";
import type { AgentCall } from "./agent-call";
import { AgentError, answerEmpty, answerJson, answerText, forMany, type AgentResponse } from "./agent-request";
import { authenticateOrbit, findKnownOrbitHost } from "./authenticate-host";
import { readText } from "./read-values";
import { admitLookup, rememberUnknown } from "./unknown-keys";

const mebibyte = 1024 * 1024;
// A setting that flaps restarts the agent each time; we have none to give, so the answer never changes.
const stableConfig = forMany(answerText("orbit", '{"notifications":{}}'));
const done = forMany(answerText("orbit", "{}"));
const nothing = answerEmpty("orbit", 204);
const alive = answerEmpty("orbit", 200);

type Answer = (ctx: SqlContext, hostId: number, body: Record<string, unknown>) => Promise<AgentResponse> | AgentResponse;

// What we don't offer says so in the codes that the agent knows; it is never sent there by us.
const answers: Record<string, Answer> = {
  "POST config": () => stableConfig,
  "POST device_token": takeDeviceToken,
  "PUT device_mapping": takeDeviceMapping,
  "POST scripts/request": () => notHere("script_unknown", "There is no such script for this host."),
  "POST scripts/result": () => done,
  "POST software_install/details": () => notHere("install_unknown", "There is no such installation for this host."),
  "POST software_install/package": () => notHere("installer_unknown", "There is no such installer for this host."),
  "POST software_install/result": () => nothing,
  "POST setup_experience/init": () => answerJson("orbit", { result: {} }),
  "POST setup_experience/status": () => answerJson("orbit", { setup_experience_results: { software: [], configuration_profiles: [], org_logo_url: "" } }),
  "POST disk_encryption_key": () => nothing,
  "POST luks_data": () => nothing,
};
const methodsOf = new Map(Object.keys(answers).map((key) => [key.slice(key.indexOf(" ") + 1), key.slice(0, key.indexOf(" "))]));

/** The most that a body of this path may hold. */
export function maxOrbitBody(name: string): number {
  return name === "software_install/result" || name === "scripts/result" ? 5 * mebibyte : mebibyte;
}

/** Answers one call of fleetd; at once what memory can. A fault that heals is never 401: fleetd would throw its key away. */
export function answerOrbit(ctx: SqlContext, call: AgentCall): AgentResponse | Promise<AgentResponse> {
  const { name } = call.path;
  const { method } = call.request;
  if (name === "config") agentCounters.orbitConfigs += 1;
  else agentCounters.otherCalls += 1;
  if (name === "ping" && (method === "HEAD" || method === "GET")) return alive;
  if (name === "config" && method === "POST" && findKnownOrbitHost(call) !== null) return stableConfig;
  return answerAfterLookups(ctx, call);
}

async function answerAfterLookups(ctx: SqlContext, call: AgentCall): Promise<AgentResponse> {
  const { name } = call.path;
  const { method } = call.request;
  try {
    if (name === "enroll" && method === "POST") return await enrollOrbit(ctx, call);
    const answer = answers[`${method} ${name}`];
    if (!answer) throw unknownPath(name);
    const { hostId, body } = await authenticateOrbit(ctx, call);
    return await answer(ctx, hostId, body);
  } catch (error) {
    throw inOrbitTerms(error);
  }
}

function unknownPath(name: string): AgentError {
  const takes = name === "ping" ? "HEAD" : name === "enroll" ? "POST" : methodsOf.get(name);
  return takes ? new AgentError(405, "method_unknown", `This path takes ${takes}.`) : new AgentError(404, "path_unknown", "There is nothing at this path.");
}

function notHere(code: string, message: string): never {
  throw new AgentError(404, code, message);
}

function inOrbitTerms(error: unknown): unknown {
  if (error instanceof UnauthenticatedError) return new AgentError(401, error.code, "Authentication failed", { cause: error });
  if (error instanceof InvalidInputError) return new AgentError(400, error.code, error.message, { cause: error });
  if (error instanceof TooManyRequestsError)
    return new AgentError(429, error.code, error.message, { cause: error, retryAfterSeconds: error.retryAfterSeconds });
  if (error instanceof ForbiddenError || error instanceof ConflictError) return new AgentError(error.status, error.code, error.message, { cause: error });
  // Deleted between two requests: its key is gone with it.
  if (error instanceof NotFoundError) return new AgentError(401, "orbit_key_unknown", "Authentication required", { cause: error });
  return error;
}

async function enrollOrbit(ctx: SqlContext, call: AgentCall): Promise<AgentResponse> {
  const body = await call.body();
  const hardwareUuid = readText(body.hardware_uuid);
  if (hardwareUuid === "") throw new AgentError(400, "hardware_uuid_missing", "hardware_uuid is empty: expected the computer's hardware UUID");
  const serial = readText(body.hardware_serial);
  const hostname = readText(body.hostname);
  const secret = readText(body.enroll_secret, 1000);
  admitLookup(call.request.remoteAddress);
  const { hostId, nodeKey } = await enrollHost(ctx, {
    agent: "orbit",
    secret,
    identifier: readText(body.osquery_identifier) || hardwareUuid,
    hardwareUuid,
    hostname,
    orbitFacts: {
      hardwareUuid,
      hardwareSerial: serial === "-1" ? "" : serial,
      hostname,
      computerName: readText(body.computer_name),
      hardwareModel: readText(body.hardware_model),
      platform: readText(body.platform, 64).toLowerCase(),
      platformLike: readText(body.platform_like, 64).toLowerCase(),
    },
  }).catch((error: unknown) => {
    if (error instanceof UnauthenticatedError) rememberUnknown(hashToken(secret), call.request.remoteAddress);
    throw error;
  });
  agentCaches().hostChanged(hostId);
  return answerJson("orbit", { orbit_node_key: nodeKey });
}

async function takeDeviceToken(ctx: SqlContext, hostId: number, body: Record<string, unknown>): Promise<AgentResponse> {
  await storeDeviceToken(ctx, hostId, typeof body.device_auth_token === "string" ? body.device_auth_token : "");
  agentCaches().hostChanged(hostId);
  return done;
}

async function takeDeviceMapping(ctx: SqlContext, hostId: number, body: Record<string, unknown>): Promise<AgentResponse> {
  await recordDeviceMapping(ctx, hostId, readText(body.email));
  return done;
}
