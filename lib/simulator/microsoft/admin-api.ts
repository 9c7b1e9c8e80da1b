import { z } from "zod";
import { json, type Exchange, type Reply } from "./exchange";
import { faultKinds, type FaultInput, type Surface } from "./faults";
import type { JournalQuery } from "./journal";
import * as operate from "./operate-simulator";
import { settleMessages } from "./settle-messages";
import { describeTenant, findTenant } from "./simulator";
import { restoreSnapshot, takeSnapshot, type SimulatorSnapshot } from "./snapshot";

/**
 * `/__…` on the app's address: faults, journal, state, registrations, snapshots and the clock, for tests and the demo.
 * 400 with `error` names what is wrong with the body; bodies are JSON.
 */
export async function answerAdmin(exchange: Exchange): Promise<Reply> {
  // A web page that the visitor has open elsewhere can send forms here, but neither this content type nor another host name.
  const host = new URL(`http://${exchange.headers.host ?? ""}`).hostname;
  const own = new URL(exchange.simulator.addresses.app).hostname;
  if (![own, "localhost", "127.0.0.1", "[::1]"].includes(host)) return json(403, { error: `The host ${host} is not served here.` });
  if (exchange.body !== "" && !(exchange.headers["content-type"] ?? "").startsWith("application/json"))
    return json(415, { error: "Bodies have to be application/json." });
  try {
    const reply = await route(exchange);
    return reply ?? json(404, { error: `No admin call matches ${exchange.method} ${exchange.path}.` });
  } catch (error) {
    if (error instanceof z.ZodError) return json(400, { error: error.issues.map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`).join("; ") });
    if (error instanceof SyntaxError || error instanceof RangeError) return json(400, { error: error.message });
    throw error;
  }
}

async function route(exchange: Exchange): Promise<Reply | undefined> {
  const { simulator, method } = exchange;
  const body = (): unknown => JSON.parse(exchange.body);
  const [, head = "", ...rest] = exchange.path.split("/");
  switch (`${method} ${head}`) {
    case "GET __info":
      return json(200, {
        addresses: simulator.addresses,
        now: new Date(simulator.now()).toISOString(),
        tenants: Object.fromEntries([...simulator.tenants.values()].map((tenant) => [tenant.name, describeTenant(tenant)])),
      });
    case "GET __faults":
      return json(200, { faults: simulator.faults.list(), kinds: faultKinds });
    case "POST __faults":
      return json(201, operate.addFault(simulator, body() as FaultInput));
    case "DELETE __faults":
      if (rest[0] === undefined) simulator.faults.clear();
      else if (!simulator.faults.remove(rest[0])) return json(404, { error: `No fault has the id ${rest[0]}.` });
      return { status: 204 };
    case "GET __journal":
      settleMessages(simulator);
      return json(200, { entries: simulator.journal.list(readJournalQuery(exchange)) });
    case "DELETE __journal":
      simulator.journal.clear();
      return { status: 204 };
    case "GET __state":
      return answerState(exchange, rest);
    case "POST __devices":
      return json(
        201,
        many(body(), (each) => operate.registerDevice(simulator, each as operate.DeviceRegistration)),
      );
    case "PATCH __devices":
      return json(200, { device: operate.updateDevice(simulator, rest[0] ?? "", rest[1] ?? "", body() as operate.DevicePatch) ?? null });
    case "POST __users":
      return json(
        201,
        many(body(), (each) => operate.registerUser(simulator, each as operate.UserRegistration)),
      );
    case "POST __apps":
      return json(201, operate.registerApp(simulator, body() as operate.AppRegistration));
    case "PATCH __tenants":
      return json(200, describeTenant(operate.updateTenant(simulator, rest[0] ?? "", body() as operate.TenantPatch)));
    case "GET __snapshot":
      return json(200, takeSnapshot(simulator));
    case "PUT __snapshot":
      restoreSnapshot(simulator, body() as SimulatorSnapshot);
      return { status: 204 };
    case "POST __persist":
      await simulator.persist();
      return { status: 204 };
    case "POST __clock":
      simulator.clockOffsetMs += z.strictObject({ advanceMs: z.number() }).parse(body()).advanceMs;
      return json(200, { now: new Date(simulator.now()).toISOString() });
    default:
      return undefined;
  }
}

/** One registration, or a list of them; the answer has the same shape. */
function many<T>(body: unknown, register: (each: unknown) => T): T | T[] {
  return Array.isArray(body) ? body.map(register) : register(body);
}

function readJournalQuery(exchange: Exchange): JournalQuery {
  const query = exchange.url.searchParams;
  const text = (name: string) => query.get(name) ?? undefined;
  const number = (name: string) => (query.has(name) ? z.coerce.number().int().min(0).parse(query.get(name)) : undefined);
  const tenant = text("tenantId");
  const found: JournalQuery = {};
  const surface = text("surface");
  if (surface !== undefined) found.surface = z.enum(["login", "graph", "manage", "app"]).parse(surface) satisfies Surface;
  if (tenant !== undefined) found.tenantId = operate.getTenant(exchange.simulator, tenant).id;
  for (const name of ["deviceId", "method", "path"] as const) {
    const value = text(name);
    if (value !== undefined) found[name] = value;
  }
  for (const name of ["since", "limit"] as const) {
    const value = number(name);
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** `/__state/{tenant}` and `/__state/{tenant}/devices/{id}`; without a tenant, a summary of all. */
function answerState(exchange: Exchange, rest: string[]): Reply {
  const { simulator } = exchange;
  settleMessages(simulator);
  const [tenantWord, what, deviceId] = rest;
  if (tenantWord === undefined) {
    const summary = [...simulator.tenants.values()].map((tenant) => ({
      id: tenant.id,
      name: tenant.name,
      provisioned: tenant.provisioned,
      devices: tenant.devices.size,
      managed: [...tenant.devices.values()].filter((device) => device.isManaged).length,
      compliant: [...tenant.devices.values()].filter((device) => device.isCompliant).length,
    }));
    return json(200, { tenants: summary, messages: simulator.messages.size, pending: simulator.pending.size + simulator.held.size });
  }
  const tenant = findTenant(simulator, tenantWord);
  if (!tenant) return json(404, { error: `No simulated tenant is called '${tenantWord}'.` });
  if (what === "devices" && deviceId !== undefined) {
    const device = operate.deviceRecord(simulator, tenant.id, deviceId);
    return device ? json(200, device) : json(404, { error: `${tenant.displayName} has no device ${deviceId}.` });
  }
  const { users: _, devices, signIns, ...facts } = tenant;
  const withHistory = exchange.url.searchParams.get("history") === "true";
  return json(200, {
    ...facts,
    devices: [...devices.values()].map((device) => (withHistory ? device : { ...device, history: undefined })),
    signIns: signIns.slice(-100),
  });
}
