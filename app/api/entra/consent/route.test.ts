import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { GET } from "./route";
import { setRouteClock } from "@/lib/auth/admin-route";
import { localPath } from "@/lib/auth/local-path";
import { sessionCookieName } from "@/lib/auth/session-cookie";
import { startSession } from "@/lib/auth/start-session";
import type { Context } from "@/lib/context";
import { seededClientId, seededClientSecret } from "@/lib/simulator/microsoft/seed";
import { startEntraScene, type EntraScene } from "@/lib/testing/entra-scene";
import { testUserContext } from "@/lib/testing/test-context";
import { callbackPath } from "@/lib/compliance/entra/public-url";
import { startConnection } from "@/lib/compliance/entra/start-connection";

let scene: EntraScene;
beforeAll(async () => {
  scene = await startEntraScene();
  setRouteClock(scene.clock.now);
});
afterAll(async () => {
  setRouteClock();
  await scene.stop();
});
beforeEach(() => scene.startOver());

/** A browser in which that user is signed in. */
async function browserOf(ctx: Context): Promise<string> {
  if (ctx.actor.kind !== "user") throw new Error("needs a user");
  const { token } = await startSession(ctx, ctx.actor.userId, { kind: "browser", userAgent: "", address: "" });
  return `${sessionCookieName}=${token}`;
}

/** Comes back from Microsoft, as a browser with that cookie does after the rewrite. */
async function comeBack(address: URL | string, cookie = ""): Promise<{ status: number; location: string }> {
  const { search } = new URL(address, "http://localhost:3000");
  const response = await GET(new Request(`http://localhost:3000/api/entra/consent${search}`, { headers: cookie ? { cookie } : {} }));
  return { status: response.status, location: response.headers.get("location") ?? "" };
}

async function begin(): Promise<{ connectionId: number; state: string; tenantId: string }> {
  const { connection, consentUrl } = await startConnection(scene.admin, {
    tenant: "aldergate.example",
    clientId: seededClientId,
    clientSecret: seededClientSecret,
  });
  return { connectionId: connection.id, state: new URL(consentUrl).searchParams.get("state") ?? "", tenantId: connection.tenantId };
}

test("the consent address names the tenant, the app, the one redirect address, everything by default, and a state of 256 bits", async () => {
  const { consentUrl, connection } = await startConnection(scene.admin, {
    tenant: "aldergate.example",
    clientId: seededClientId,
    clientSecret: seededClientSecret,
  });
  const url = new URL(consentUrl);
  expect(`${url.origin}${url.pathname}`).toBe(`${scene.simulator.loginUrl}/${connection.tenantId}/v2.0/adminconsent`);
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    client_id: seededClientId,
    redirect_uri: `http://localhost:3000${callbackPath}`,
    scope: `${scene.simulator.graphUrl}/.default`,
  });
  const state = url.searchParams.get("state") ?? "";
  expect(Buffer.from(state, "base64url")).toHaveLength(32);
  const stored = await scene.server.db.entraConsentState.findMany({ where: { connectionId: connection.id } });
  expect(JSON.stringify(stored)).not.toContain(state);
});

test("coming back with the right state in the right browser lets setup go on, and leads to the page without the query", async () => {
  const { connectionId, state } = await begin();
  const back = await scene.simulator.consent("happy", { state });
  expect(await comeBack(back, await browserOf(scene.admin))).toEqual({ status: 303, location: callbackPath });
  const connection = await scene.reload(connectionId);
  expect(connection).toMatchObject({ state: "provisioning", errorCode: "" });
  expect(connection.consentedAt).toEqual(scene.clock.now());
  expect((await scene.runSetup(connectionId)).state).toBe("connected");
});

describe("a way back that isn't ours changes nothing", () => {
  test("state_invalid: a state that nobody made", async () => {
    const { connectionId, tenantId } = await begin();
    const before = await scene.reload(connectionId);
    const back = `/?admin_consent=True&tenant=${tenantId}&state=${"A".repeat(43)}`;
    expect((await comeBack(back, await browserOf(scene.admin))).location).toBe(`${callbackPath}?problem=state_invalid`);
    expect(await scene.reload(connectionId)).toEqual(before);
  });

  test("state_invalid: an empty state", async () => {
    await begin();
    expect((await comeBack("/?state=&admin_consent=True", await browserOf(scene.admin))).location).toBe(`${callbackPath}?problem=state_invalid`);
  });

  test("state_invalid: a state that was used before", async () => {
    const { connectionId, state } = await begin();
    const cookie = await browserOf(scene.admin);
    const back = await scene.simulator.consent("happy", { state });
    await comeBack(back, cookie);
    await scene.runSetup(connectionId);
    const before = await scene.reload(connectionId);
    expect((await comeBack(back, cookie)).location).toBe(`${callbackPath}?problem=state_invalid`);
    expect(await scene.reload(connectionId)).toEqual(before);
  });

  test("state_invalid: two answers with the same state at once, of which one counts", async () => {
    const { state } = await begin();
    const cookie = await browserOf(scene.admin);
    const back = await scene.simulator.consent("happy", { state });
    const answers = await Promise.all([comeBack(back, cookie), comeBack(back, cookie), comeBack(back, cookie)]);
    expect(answers.map(({ location }) => location).toSorted()).toEqual([
      callbackPath,
      `${callbackPath}?problem=state_invalid`,
      `${callbackPath}?problem=state_invalid`,
    ]);
  });

  test("state_invalid: a state older than 15 minutes", async () => {
    const { connectionId, state } = await begin();
    const cookie = await browserOf(scene.admin);
    const back = await scene.simulator.consent("happy", { state });
    scene.clock.advance(15 * 60_000 + 1);
    expect((await comeBack(back, cookie)).location).toBe(`${callbackPath}?problem=state_invalid`);
    expect((await scene.reload(connectionId)).consentedAt).toBeNull();
  });

  test("state_invalid: another admin's session, and the state is still good for the one who asked", async () => {
    const { connectionId, state } = await begin();
    const other = await testUserContext("admin", scene.clock);
    const back = await scene.simulator.consent("happy", { state });
    expect((await comeBack(back, await browserOf(other))).location).toBe(`${callbackPath}?problem=state_invalid`);
    expect((await scene.reload(connectionId)).consentedAt).toBeNull();
    expect((await comeBack(back, await browserOf(scene.admin))).location).toBe(callbackPath);
  });

  test("a session without the right to connect is refused", async () => {
    const { connectionId, state } = await begin();
    const maintainer = await testUserContext("maintainer", scene.clock);
    const back = await scene.simulator.consent("happy", { state });
    expect((await comeBack(back, await browserOf(maintainer))).location).toBe(`${callbackPath}?problem=permission_denied`);
    expect((await scene.reload(connectionId)).consentedAt).toBeNull();
  });

  test("without a session the browser goes through sign-in and comes back with the same answer", async () => {
    const { connectionId, state } = await begin();
    const back = await scene.simulator.consent("happy", { state });
    const { status, location } = await comeBack(back);
    expect(status).toBe(303);
    expect(location).toMatch(/^\/sign-in\?next=/);
    expect((await scene.reload(connectionId)).consentedAt).toBeNull();
    const next = localPath(new URL(location, "http://localhost:3000").searchParams.get("next") ?? "");
    expect(next).toMatch(new RegExp(`^${callbackPath}\\?`));
    expect((await comeBack(next, await browserOf(scene.admin))).location).toBe(callbackPath);
    expect((await scene.reload(connectionId)).consentedAt).not.toBeNull();
  });
});

test.each(["consent_denied", "consent_cancelled", "callback_error_with_consent"] as const)(
  "consent_declined: %s is refused although it says admin_consent=True",
  async (kind) => {
    const { connectionId, state } = await begin();
    scene.simulator.addFault({ kind });
    const back = await scene.simulator.consent("happy", { state });
    expect(back.searchParams.get("admin_consent")).toBe("True");
    expect((await comeBack(back, await browserOf(scene.admin))).location).toBe(`${callbackPath}?problem=consent_declined`);
    expect(await scene.reload(connectionId)).toMatchObject({ state: "consent_declined", errorCode: "consent_declined", consentedAt: null });
    const last = await scene.server.db.activity.findFirst({ orderBy: { id: "desc" } });
    expect(last).toMatchObject({ type: "entra_consent_declined" });
  },
);

test.each(["callback_wrong_tenant", "callback_missing_tenant"] as const)("tenant_mismatch: %s is refused and says both ids", async (kind) => {
  const { connectionId, state, tenantId } = await begin();
  scene.simulator.addFault({ kind });
  const back = await scene.simulator.consent("happy", { state });
  expect((await comeBack(back, await browserOf(scene.admin))).location).toBe(`${callbackPath}?problem=tenant_mismatch`);
  const connection = await scene.reload(connectionId);
  expect(connection).toMatchObject({ state: "awaiting_consent", errorCode: "tenant_mismatch", consentedAt: null });
  expect(connection.errorDetail).toMatchObject({
    expected: tenantId,
    got: kind === "callback_missing_tenant" ? "" : scene.simulator.tenants["second-tenant"].id,
  });
});

test("a forged tenant without consent doesn't connect: only a token proves it", async () => {
  const { connectionId, state, tenantId } = await begin();
  await comeBack(`/?admin_consent=True&tenant=${tenantId}&state=${state}`, await browserOf(scene.admin));
  scene.clock.advance(6 * 60_000);
  expect(await scene.runSetup(connectionId)).toMatchObject({ state: "awaiting_consent", errorCode: "app_not_in_tenant", connectedAt: null });
});

test.each(["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])(
  "whatever the query holds (%s), the browser stays on this server",
  async (evil) => {
    const cookie = await browserOf(scene.admin);
    for (const query of [
      `state=${encodeURIComponent(evil)}`,
      `state=x&next=${encodeURIComponent(evil)}`,
      `state=x&error=${encodeURIComponent(evil)}`,
      `state=x&redirect_uri=${encodeURIComponent(evil)}`,
    ]) {
      for (const { location } of [await comeBack(`/?${query}`, cookie), await comeBack(`/?${query}`)]) {
        const target = new URL(location, "http://localhost:3000");
        expect(target.origin).toBe("http://localhost:3000");
        expect([callbackPath, "/sign-in"]).toContain(target.pathname);
        const next = target.searchParams.get("next");
        if (next) expect(new URL(next, "http://localhost:3000").origin).toBe("http://localhost:3000");
      }
    }
  },
);

test("somebody who presses Cancel doesn't stop a connection that works", async () => {
  const connection = await scene.connect("happy");
  const { consentUrl } = await startConnection(scene.admin, { tenant: "aldergate.example" });
  const back = await scene.simulator.consent("happy", { state: new URL(consentUrl).searchParams.get("state") ?? "", decision: "cancel" });
  await comeBack(back, await browserOf(scene.admin));
  expect(await scene.reload(connection.id)).toMatchObject({ state: "connected", errorCode: "" });
});

test("no state, secret or token reaches the log", async () => {
  const written: string[] = [];
  const stdout = vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    written.push(String(chunk));
    return true;
  });
  try {
    const log = (fields: object, message: string) => written.push(JSON.stringify(fields), message);
    const logger = { debug: log, info: log, warn: log, error: log };
    const { connectTenant } = await import("@/lib/compliance/entra/connect-tenant.job");
    const { id } = await scene.consent("happy");
    scene.simulator.addFault({ kind: "assign_fails", count: 1 });
    await connectTenant.run({ ...scene.server, log: logger }, { connectionId: id });
  } finally {
    stdout.mockRestore();
  }
  expect(written.join("\n")).toContain("called Microsoft");
  expect(written.join("\n")).not.toMatch(/eyJ|simulator-only|Bearer|client_secret/);
});
