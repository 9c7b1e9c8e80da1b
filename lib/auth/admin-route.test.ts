import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { z } from "zod";
import { authorize } from "../authorize";
import type { Role } from "../context";
import { getPrisma } from "../db/prisma";
import { ConflictError, NotFoundError, TooManyRequestsError, UpstreamError } from "../errors";
import { IdParams, listQuery } from "../http/list-params";
import { callRoute } from "../testing/call-route";
import { testServerContext, testUserContext } from "../testing/test-context";
import { adminRoute, setRouteClock } from "./admin-route";
import { startSession } from "./start-session";

async function tokenOf(role: Role, kind: "api" | "browser" = "api"): Promise<string> {
  setRouteClock();
  const { actor } = await testUserContext(role);
  const ctx = { ...testServerContext(), now: () => new Date() };
  return (await startSession(ctx, actor.kind === "user" ? actor.userId : 0, { kind, userAgent: "", address: "" })).token;
}

const ThingBody = z.strictObject({
  name: z.string().min(1, "needs a name"),
  team_id: z.number().int().optional(),
  list: z.array(z.strictObject({ id: z.number() })).optional(),
});
const echo = adminRoute({ route: "GET me", params: IdParams, query: listQuery(["id"], {}), body: ThingBody }, async (_ctx, { params, body }) => ({
  id: params.id,
  ...body,
}));
const failing = (error: unknown) =>
  adminRoute({ route: "GET me" }, async () => {
    throw error;
  });

interface Envelope {
  message: string;
  errors: { name: string; reason: string }[];
  uuid: string;
  code: string;
}

const envelopeOf = async (response: Response): Promise<Envelope> => (await response.json()) as Envelope;
const put = async (body: unknown, more: object = {}) => callRoute(echo, { token: await tokenOf("admin"), params: { id: "7" }, body, ...more });

test("a good request gives the handler's object under both families of names, not to be stored", async () => {
  const response = await put({ name: "a", fleet_id: 3 });
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(await response.json()).toEqual({ id: 7, name: "a", team_id: 3, fleet_id: 3 });
});

test("a gzipped body is taken", async () => {
  const response = await put(gzipSync(JSON.stringify({ name: "zipped" })), { headers: { "content-encoding": "gzip" } });
  expect(await response.json()).toMatchObject({ name: "zipped" });
});

test.each([
  ["no body", "", 400, "body_missing", "base", "Expected JSON Body"],
  ["no JSON", "{name", 400, "body_not_json", "base", "JSON"],
  ["an unknown key", { name: "a", nmae: 1 }, 400, "unknown_key", "base", '"nmae"'],
  ["an unknown key deep inside", { name: "a", list: [{ id: 1, x: 2 }] }, 400, "unknown_key", "base", '"list.0.x"'],
  ["both names of one thing", { name: "a", team_id: 1, fleet_id: 1 }, 400, "alias_conflict", "base", '"fleet_id"'],
  ["a wrong value", { name: "" }, 422, "invalid_input", "name", "needs a name"],
  ["a missing field", {}, 422, "invalid_input", "name", "expected string"],
])("%s is told in the envelope", async (_case, body, status, code, name, reason) => {
  const response = await put(body, { method: "POST" });
  expect(response.status).toBe(status);
  const envelope = await envelopeOf(response);
  expect(envelope).toMatchObject({ message: status === 400 ? "Bad request" : "Validation Failed", code });
  expect(envelope.errors[0]?.name).toBe(name);
  expect(envelope.errors[0]?.reason).toContain(reason);
  expect(envelope.uuid).toMatch(/^[0-9a-f-]{36}$/);
});

test("half a gzip, a bomb and a body over 1 MiB are refused", async () => {
  const zipped = gzipSync(JSON.stringify({ name: "a" }));
  expect((await put(zipped.subarray(0, zipped.length - 6), { headers: { "content-encoding": "gzip" } })).status).toBe(400);
  expect((await put(gzipSync(Buffer.alloc(4 * 1024 * 1024, 32)), { headers: { "content-encoding": "gzip" } })).status).toBe(413);
  const tooLarge = await put(`{"name": "${"a".repeat(1024 * 1024)}"}`);
  expect(tooLarge.status).toBe(413);
  expect((await envelopeOf(tooLarge)).code).toBe("body_too_large");
});

test("a path that isn't a number is a 404, a query that doesn't fit a 400", async () => {
  const token = await tokenOf("admin");
  expect((await callRoute(echo, { token, params: { id: "x" }, body: { name: "a" } })).status).toBe(404);
  const response = await callRoute(echo, { token, params: { id: "1" }, path: "/?per_page=0", body: { name: "a" } });
  expect(response.status).toBe(400);
  expect((await envelopeOf(response)).errors[0]).toEqual({ name: "base", reason: "per_page: expected a number above zero" });
});

test("without a token, and with one that isn't known, the answer is 401", async () => {
  for (const call of [
    {},
    { token: "x".repeat(43) },
    { cookie: "y".repeat(43) },
    { cookie: "%E0%A4%A".padEnd(43, "y") },
    { headers: { authorization: "Basic abc" } },
  ]) {
    const response = await callRoute(echo, { params: { id: "1" }, body: { name: "a" }, ...call });
    expect(response.status).toBe(401);
    expect(await envelopeOf(response)).toMatchObject({ message: "Authentication required", errors: [{ name: "base" }] });
  }
});

test("a role that may not is a 403 with its reason", async () => {
  const guarded = adminRoute({ route: "GET me" }, async (ctx) => {
    authorize(ctx, "team:write");
    return {};
  });
  const response = await callRoute(guarded, { token: await tokenOf("observer") });
  expect(response.status).toBe(403);
  expect(await envelopeOf(response)).toMatchObject({ message: "Permission Denied", code: "permission_denied" });
  expect((await callRoute(guarded, { token: await tokenOf("admin") })).status).toBe(200);
});

test.each([
  [new NotFoundError("host_not_found", "Host 7 wasn't found."), 404, "Resource Not Found"],
  [new ConflictError("team_name_taken", "A team has this name."), 409, "Resource Already Exists"],
  [new ConflictError("connection_busy", "It is being set up."), 409, "Conflict"],
  [new UpstreamError("microsoft_refused", "Microsoft refused."), 502, "Microsoft refused."],
])("an error of ours keeps its words in the first reason (%s)", async (error, status, message) => {
  const response = await callRoute(failing(error), { token: await tokenOf("admin") });
  expect(response.status).toBe(status);
  expect(await envelopeOf(response)).toMatchObject({ message, code: error.code, errors: [{ name: "base", reason: error.message }] });
});

test("a limit says when to come back, in words and in the header", async () => {
  const response = await callRoute(failing(new TooManyRequestsError("too_many", "Too many.", 17)), { token: await tokenOf("admin") });
  expect(response.status).toBe(429);
  expect(response.headers.get("retry-after")).toBe("17");
  expect((await envelopeOf(response)).message).toBe("limit exceeded, retry after: 17s");
});

test("a database that is away is a 503, a bug a 500 that tells nothing of its inside", async () => {
  const token = await tokenOf("admin");
  const away = await callRoute(failing(Object.assign(new Error("connect"), { code: "ECONNREFUSED" })), { token });
  expect(away.status).toBe(503);
  expect(away.headers.get("retry-after")).toBe("5");
  const bug = await callRoute(failing(new Error("secret of the inside")), { token });
  expect(bug.status).toBe(500);
  const envelope = await envelopeOf(bug);
  expect(JSON.stringify(envelope)).not.toContain("secret of the inside");
  expect(envelope.message).toContain(envelope.uuid);
});

test.each([
  ["from this site", { origin: "http://flotilla.test" }, 200],
  ["from this site by fetch metadata alone", { "sec-fetch-site": "same-origin" }, 200],
  ["from another site", { origin: "https://evil.test" }, 403],
  ["from another port", { origin: "http://flotilla.test:8080" }, 403],
  ["from a sandboxed page", { origin: "null" }, 403],
  ["without saying from where", {}, 403],
  ["from a sibling site", { "sec-fetch-site": "same-site" }, 403],
])("a write with a cookie %s", async (_case, headers, status) => {
  const cookie = await tokenOf("admin", "browser");
  const response = await callRoute(echo, { cookie, params: { id: "1" }, body: { name: "a" }, headers: headers as Record<string, string> });
  expect(response.status).toBe(status);
  if (status === 403) expect((await envelopeOf(response)).code).toBe("cross_site_request");
});

test("a bearer token needs no origin, and reading with a cookie neither", async () => {
  const read = adminRoute({ route: "GET me" }, async () => ({ read: true }));
  expect((await callRoute(read, { cookie: await tokenOf("observer", "browser") })).status).toBe(200);
  expect((await put({ name: "a" }, { headers: { origin: "https://evil.test" } })).status).toBe(200);
  expect(await getPrisma().session.count()).toBeGreaterThan(0);
});
