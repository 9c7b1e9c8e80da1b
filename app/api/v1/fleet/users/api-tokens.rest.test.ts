import pino from "pino";
import { afterEach, beforeEach, expect, test } from "vitest";
import { setRouteClock } from "@/lib/auth/admin-route";
import { routeId } from "@/lib/auth/access/catalogue";
import { startSession } from "@/lib/auth/start-session";
import type { Role } from "@/lib/context";
import { getPrisma } from "@/lib/db/prisma";
import { hashToken } from "@/lib/secret-box";
import { callRoute } from "@/lib/testing/call-route";
import { testClock, testServerContext, testUserContext, type TestClock } from "@/lib/testing/test-context";
import { POST as changePassword } from "@/app/api/v1/fleet/change_password/route";
import { GET as getMe } from "@/app/api/v1/fleet/me/route";
import { GET as restApi } from "@/app/api/v1/fleet/rest_api/route";
import { GET as listTeams } from "@/app/api/v1/fleet/teams/route";
import { GET as getVersion } from "@/app/api/v1/fleet/version/route";
import { DELETE as revoke } from "./[id]/api_tokens/[tokenId]/route";
import { GET as list, POST as make } from "./[id]/api_tokens/route";

const day = 24 * 3_600_000;
let clock: TestClock;

beforeEach(() => {
  clock = testClock(new Date());
  setRouteClock(clock.now);
});
afterEach(() => setRouteClock());

async function person(role: Role, apiOnly = false): Promise<{ userId: number; token: string }> {
  const ctx = await testUserContext(role, clock);
  const userId = ctx.actor.kind === "user" ? ctx.actor.userId : 0;
  if (apiOnly) await getPrisma().user.update({ where: { id: userId }, data: { apiOnly } });
  return { userId, token: (await startSession(testServerContext(clock), userId, { kind: "api", userAgent: "", address: "" })).token };
}

interface Answer {
  status: number;
  body: Record<string, unknown>;
}

async function call(
  route: unknown,
  token: string | undefined,
  given: { params?: Record<string, string>; body?: unknown; method?: string; address?: string; path?: string } = {},
): Promise<Answer> {
  const { address = "192.0.2.9", ...rest } = given;
  const response = await callRoute(route, { ...rest, token, headers: { "x-flotilla-address": address } });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const params = (userId: number) => ({ id: String(userId) });

async function made(of: { userId: number; token: string }, body: object): Promise<{ secret: string; id: number; answer: Answer }> {
  const answer = await call(make, of.token, { params: params(of.userId), body });
  return { secret: String(answer.body.token), id: (answer.body.api_token as { id: number }).id, answer };
}

test("the token stands in the answer that made it and in no other; its hash in none", async () => {
  const ines = await person("observer");
  const { secret, answer } = await made(ines, {
    name: "Export",
    expires_at: new Date(clock.now().getTime() + day).toISOString(),
    api_endpoints: [routeId("GET teams")],
  });
  expect(answer.status).toBe(200);
  expect(answer.body.api_token).toMatchObject({
    name: "Export",
    hint: secret.slice(-4),
    api_endpoints: [{ method: "GET", path: "/api/v1/fleet/teams" }],
    last_used_at: null,
  });
  const listed = await call(list, ines.token, { params: params(ines.userId) });
  expect(listed.body.api_tokens).toEqual([answer.body.api_token]);
  expect(JSON.stringify(listed)).not.toContain(secret.slice(4, -4));
  expect(JSON.stringify([listed, answer])).not.toContain(hashToken(secret));
});

test("a token acts as its user, with that user's role as it is now", async () => {
  const [robot, admin] = [await person("admin", true), await person("admin")];
  const answer = await call(make, admin.token, { params: params(robot.userId), body: { name: "Robot" } });
  const secret = String(answer.body.token);
  expect(await call(getMe, secret)).toMatchObject({ status: 200, body: { user: { id: robot.userId, global_role: "admin" } } });
  const other = await person("observer");
  expect((await call(list, secret, { params: params(other.userId) })).status).toBe(200);
  await getPrisma().user.update({ where: { id: robot.userId }, data: { globalRole: "observer" } });
  expect((await call(list, secret, { params: params(other.userId) })).status).toBe(403);
});

test("a narrowed token calls its routes and no other, and never one that its user may not", async () => {
  const ines = await person("observer");
  const { secret } = await made(ines, { name: "Teams only", api_endpoints: [{ method: "GET", path: "/api/latest/fleet/fleets" }] });
  expect((await call(listTeams, secret)).status).toBe(200);
  expect(await call(getMe, secret)).toMatchObject({ status: 403, body: { code: "token_out_of_scope" } });
  await getPrisma().user.update({ where: { id: ines.userId }, data: { apiRoutes: ["GET version"] } });
  expect(await call(listTeams, secret)).toMatchObject({ status: 403, body: { code: "token_out_of_scope" } });
  expect(await call(getVersion, secret)).toMatchObject({ status: 403, body: { code: "token_out_of_scope" } });
});

test("a token is refused from the moment it expires, is revoked, or its user is disabled", async () => {
  const ines = await person("observer");
  const short = await made(ines, { name: "Short", expires_at: new Date(clock.now().getTime() + 1000).toISOString() });
  const long = await made(ines, { name: "Long" });
  expect((await call(getMe, short.secret)).status).toBe(200);
  clock.advance(1000);
  expect((await call(getMe, short.secret)).status).toBe(401);
  expect((await call(getMe, long.secret)).status).toBe(200);
  await getPrisma().user.update({ where: { id: ines.userId }, data: { disabledAt: clock.now() } });
  expect((await call(getMe, long.secret)).status).toBe(401);
  await getPrisma().user.update({ where: { id: ines.userId }, data: { disabledAt: null } });
  const gone = await call(revoke, ines.token, { method: "DELETE", params: { ...params(ines.userId), tokenId: String(long.id) } });
  expect(gone.status).toBe(200);
  expect((await call(getMe, long.secret)).status).toBe(401);
  expect(await getPrisma().activity.count({ where: { type: "revoked_api_token", actorId: ines.userId } })).toBe(1);
});

test.each(["flt_", "flt_unknown", `flt_${"A".repeat(43)}`, `flt_${"A".repeat(400)}`, "FLT_x", "Bearer"])("the token %j belongs to nobody", async (token) => {
  expect((await call(getMe, token)).status).toBe(401);
});

test("when and from where a token was used is written down, at most once a minute from one address", async () => {
  const ines = await person("observer");
  const { secret, id } = await made(ines, { name: "Used" });
  const used = async () => getPrisma().apiToken.findUniqueOrThrow({ where: { id }, select: { lastUsedAt: true, lastUsedAddress: true } });
  expect(await used()).toEqual({ lastUsedAt: null, lastUsedAddress: "" });
  const first = clock.now();
  await call(getMe, secret, { address: "192.0.2.30" });
  clock.advance(59_000);
  await call(getMe, secret, { address: "192.0.2.30" });
  expect(await used()).toEqual({ lastUsedAt: first, lastUsedAddress: "192.0.2.30" });
  clock.advance(1000);
  await call(getMe, secret, { address: "192.0.2.30" });
  expect(await used()).toEqual({ lastUsedAt: clock.now(), lastUsedAddress: "192.0.2.30" });
  clock.advance(1000);
  await call(getMe, secret, { address: "192.0.2.31" });
  expect(await used()).toEqual({ lastUsedAt: clock.now(), lastUsedAddress: "192.0.2.31" });
});

test("a token makes, revokes and changes nothing of what its own user signs in with", async () => {
  const ines = await person("maintainer");
  const { secret, id } = await made(ines, { name: "Script" });
  for (const answer of [
    await call(make, secret, { params: params(ines.userId), body: { name: "Successor" } }),
    await call(revoke, secret, { method: "DELETE", params: { ...params(ines.userId), tokenId: String(id) } }),
    await call(changePassword, secret, { body: { old_password: "x", new_password: "long-enough-1" } }),
  ]) {
    expect(answer).toMatchObject({ status: 403, body: { code: "session_needed" } });
  }
  expect((await call(getMe, secret)).status).toBe(200);
});

test.each([
  { body: { name: "Wrong", api_endpoints: [] }, status: 422, field: "api_endpoints" },
  { body: { name: "Wrong", api_endpoints: [7] }, status: 422, field: "api_endpoints.0" },
  { body: { name: "Wrong", expires_at: "tomorrow" }, status: 422, field: "expires_at" },
  { body: { name: "Wrong", expires_at: "2020-01-01T00:00:00Z" }, status: 422, field: "expires_at" },
  { body: { name: " " }, status: 422, field: "name" },
  { body: {}, status: 422, field: "name" },
  { body: { name: "Wrong", token: "flt_mine" }, status: 400, field: "base" },
])("$body is refused with $status at $field", async ({ body, status, field }) => {
  const ines = await person("observer");
  const answer = await call(make, ines.token, { params: params(ines.userId), body });
  expect(answer).toMatchObject({ status, body: { errors: [{ name: field }] } });
});

test("a name that is taken is 409, no token is 401, an unknown one 404, somebody else's 403 or 404", async () => {
  const [ines, tom, admin] = [await person("observer"), await person("observer"), await person("admin")];
  const { id } = await made(ines, { name: "Once" });
  expect((await call(make, ines.token, { params: params(ines.userId), body: { name: "Once" } })).status).toBe(409);
  expect((await call(make, undefined, { params: params(ines.userId), body: { name: "Twice" } })).status).toBe(401);
  expect((await call(list, undefined, { params: params(ines.userId) })).status).toBe(401);
  const doomed = { method: "DELETE", params: { ...params(ines.userId), tokenId: String(id) } };
  expect((await call(revoke, undefined, doomed)).status).toBe(401);
  expect((await call(revoke, tom.token, doomed)).status).toBe(403);
  expect((await call(list, tom.token, { params: params(ines.userId) })).status).toBe(403);
  // Named under somebody whose token it isn't.
  expect((await call(revoke, tom.token, { ...doomed, params: { ...doomed.params, id: String(tom.userId) } })).status).toBe(404);
  expect((await call(revoke, admin.token, doomed)).status).toBe(200);
  expect((await call(revoke, admin.token, doomed)).status).toBe(404);
});

test("the catalogue lists what a token can be narrowed to, with numbers that the token's list takes", async () => {
  const ines = await person("observer");
  const whole = await call(restApi, ines.token);
  const entries = whole.body.api_endpoints as { id: number; method: string; path: string; display_name: string; deprecated: boolean }[];
  expect(whole).toMatchObject({ status: 200, body: { count: entries.length, meta: { has_next_results: false, has_previous_results: false } } });
  expect(entries.find(({ method, path }) => method === "GET" && path === "/api/v1/fleet/hosts/:id")).toEqual({
    id: routeId("GET hosts/:id"),
    display_name: "Get a host",
    method: "GET",
    path: "/api/v1/fleet/hosts/:id",
    deprecated: false,
  });
  const some = await call(restApi, ines.token, { path: "/?query=label&per_page=2" });
  expect(some.body.api_endpoints).toHaveLength(2);
  expect(some.body.meta).toEqual({ has_next_results: true, has_previous_results: false });
  const all = await made(ines, { name: "All", api_endpoints: entries.map(({ id }) => id) });
  expect(all.answer.status).toBe(200);
  expect((await call(restApi, undefined)).status).toBe(401);
  expect((await call(restApi, ines.token, { path: "/?order_key=secret" })).status).toBe(400);
});

test("no token and no hash is in what the server logs or writes down as activities", async () => {
  const shared = globalThis as unknown as { flotillaLog?: pino.Logger };
  const lines: string[] = [];
  const before = shared.flotillaLog;
  shared.flotillaLog = pino({ level: "trace" }, { write: (line: string) => void lines.push(line) });
  const ines = await person("observer");
  const { secret, id } = await made(ines, { name: "Quiet" });
  await call(make, ines.token, { params: params(ines.userId), body: { name: "Quiet" } });
  await call(make, secret, { params: params(ines.userId), body: { name: "Successor" } });
  await call(revoke, ines.token, { method: "DELETE", params: { ...params(ines.userId), tokenId: String(id) } });
  await call(getMe, secret);
  shared.flotillaLog = before;
  const rows = await getPrisma().activity.findMany({ where: { actorId: ines.userId }, select: { type: true, details: true } });
  expect(rows.map(({ type }) => type)).toEqual(["created_api_token", "revoked_api_token"]);
  expect(lines.length).toBeGreaterThan(2);
  const written = JSON.stringify([rows, lines]);
  expect(written).toContain("Quiet");
  for (const hidden of [secret.slice(4, -4), hashToken(secret)]) expect(written).not.toContain(hidden);
});
