import { afterEach, beforeEach, expect, test } from "vitest";
import { createApiToken } from "@/lib/auth/tokens/create-api-token";
import { setRouteClock } from "@/lib/auth/admin-route";
import { startSession } from "@/lib/auth/start-session";
import type { Context, Role, TeamRole } from "@/lib/context";
import { getPrisma } from "@/lib/db/prisma";
import { hashToken } from "@/lib/secret-box";
import { runJobs } from "@/lib/testing/run-jobs";
import { callRoute, type RouteCall } from "@/lib/testing/call-route";
import { testClock, testServerContext, testTeamUserContext, testUserContext, type TestClock } from "@/lib/testing/test-context";
import { sweepSessions } from "@/lib/auth/sessions/sweep-sessions.job";
import { enqueue } from "@/lib/jobs/enqueue";
import { DELETE as endAll, GET as listAll } from "@/app/api/v1/fleet/users/[id]/sessions/route";
import { POST as logout } from "@/app/api/v1/fleet/logout/route";
import { DELETE as endOne, GET as getOne } from "./[id]/route";

const hour = 3_600_000;
let clock: TestClock;
let teams = 0;

beforeEach(() => {
  clock = testClock(new Date());
  setRouteClock(clock.now);
});
afterEach(() => setRouteClock());

interface Person {
  userId: number;
  token: string;
  sessionId: string;
}

async function person(ctx: Context): Promise<Person> {
  const userId = ctx.actor.kind === "user" ? ctx.actor.userId : 0;
  return { userId, ...(await session(userId)) };
}

async function session(userId: number, kind: "browser" | "api" = "api"): Promise<{ token: string; sessionId: string }> {
  const { token } = await startSession(testServerContext(clock), userId, { kind, userAgent: "fleetctl/4.76", address: "192.0.2.7" });
  return { token, sessionId: (await getPrisma().session.findUniqueOrThrow({ where: { sessionToken: hashToken(token) } })).id };
}

const withRole = async (role: Role) => person(await testUserContext(role, clock));

async function onTeam(role: TeamRole, teamId: number): Promise<Person> {
  return person(await testTeamUserContext([{ teamId, role }], clock));
}

async function team(): Promise<number> {
  teams += 1;
  return (await getPrisma().team.create({ data: { name: `Sessions ${teams}` } })).id;
}

async function call(
  route: unknown,
  id: string | number,
  token: string | undefined,
  method = "GET",
): Promise<{ status: number; body: Record<string, unknown> }> {
  const given: RouteCall = { method, params: { id: String(id) }, token };
  const response = await callRoute(route, given);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

test("a person lists and looks at their own sessions, told by browser and address and never by token", async () => {
  const ines = await withRole("observer");
  const other = await session(ines.userId, "browser");
  const listed = await call(listAll, ines.userId, ines.token);
  expect(listed.status).toBe(200);
  expect(listed.body.sessions).toHaveLength(2);
  const one = await call(getOne, other.sessionId, ines.token);
  expect(one).toMatchObject({
    status: 200,
    body: { session_id: other.sessionId, user_id: ines.userId, kind: "browser", address: "192.0.2.7", user_agent: "fleetctl/4.76" },
  });
  for (const secret of [ines.token, other.token, hashToken(ines.token), hashToken(other.token)]) expect(JSON.stringify([listed, one])).not.toContain(secret);
});

test("a session that ended by idling or by age is in no list and can't be looked at, and an hourly job forgets it", async () => {
  const ines = await withRole("observer");
  const idle = await session(ines.userId);
  clock.advance(23 * hour);
  await call(listAll, ines.userId, ines.token);
  clock.advance(2 * hour);
  const listed = await call(listAll, ines.userId, ines.token);
  expect((listed.body.sessions as { session_id: string }[]).map(({ session_id }) => session_id)).toEqual([ines.sessionId]);
  expect((await call(getOne, idle.sessionId, (await withRole("admin")).token)).status).toBe(404);
  await getPrisma().session.update({ where: { id: ines.sessionId }, data: { absoluteEnd: clock.now() } });
  await enqueue(testServerContext(clock), sweepSessions, {});
  await runJobs({ clock, jobs: [sweepSessions] });
  expect(await getPrisma().session.count({ where: { userId: ines.userId } })).toBe(0);
});

test("ending one session signs it out at once, leaves the others and is an activity", async () => {
  const ines = await withRole("observer");
  const other = await session(ines.userId);
  expect((await call(endOne, other.sessionId, ines.token, "DELETE")).status).toBe(200);
  expect((await call(listAll, ines.userId, other.token)).status).toBe(401);
  expect((await call(listAll, ines.userId, ines.token)).status).toBe(200);
  const [activity] = await getPrisma().activity.findMany({ where: { type: "ended_user_sessions", actorId: ines.userId } });
  expect(activity?.details).toMatchObject({ user_id: ines.userId, own: true, sessions: 1, api_tokens: 0 });
});

test("an admin ends all of a user's sessions and API tokens, and nobody else's", async () => {
  const [admin, ines, tom] = [await withRole("admin"), await withRole("maintainer"), await withRole("maintainer")];
  const inesCtx = await testUserContext("none", clock);
  const { token } = await createApiToken(
    { ...inesCtx, actor: { ...inesCtx.actor, userId: ines.userId } as Context["actor"] },
    { userId: ines.userId, name: "Script" },
  );
  expect((await call(listAll, ines.userId, token)).status).toBe(200);
  expect((await call(endAll, ines.userId, admin.token, "DELETE")).status).toBe(200);
  expect((await call(listAll, ines.userId, ines.token)).status).toBe(401);
  expect((await call(listAll, ines.userId, token)).status).toBe(401);
  expect((await call(listAll, tom.userId, tom.token)).status).toBe(200);
  const [activity] = await getPrisma().activity.findMany({ where: { type: "ended_user_sessions", actorId: admin.userId } });
  expect(activity?.details).toMatchObject({ user_id: ines.userId, own: false, sessions: 1, api_tokens: 1 });
});

test.each<Role>(["maintainer", "technician", "observer_plus", "observer", "gitops", "none"])(
  "the role %s sees and ends nobody else's session",
  async (role) => {
    const [ines, caller] = [await withRole("observer"), await withRole(role)];
    for (const [route, id, method] of [
      [getOne, ines.sessionId, "GET"],
      [endOne, ines.sessionId, "DELETE"],
      [listAll, ines.userId, "GET"],
      [endAll, ines.userId, "DELETE"],
      [getOne, "no-such-session", "GET"],
      [listAll, 2_000_000_000, "GET"],
    ] as const) {
      expect(await call(route, id, caller.token, method)).toMatchObject({ status: 403, body: { code: "permission_denied" } });
    }
    expect((await call(listAll, ines.userId, ines.token)).status).toBe(200);
  },
);

test("a team's admin reaches the sessions of users who are on their teams alone", async () => {
  const [own, other] = [await team(), await team()];
  const admin = await onTeam("admin", own);
  const inside = await onTeam("observer", own);
  const outside = await onTeam("observer", other);
  const both = await person(
    await testTeamUserContext(
      [
        { teamId: own, role: "observer" },
        { teamId: other, role: "observer" },
      ],
      clock,
    ),
  );
  const global = await withRole("observer");
  for (const [{ userId, sessionId }, status] of [
    [outside, 404],
    [global, 404],
    [{ userId: 2_000_000_000, sessionId: "no-such-session" }, 404],
    [both, 403],
  ] as const) {
    expect((await call(listAll, userId, admin.token)).status).toBe(status);
    expect((await call(getOne, sessionId, admin.token)).status).toBe(status);
    expect((await call(endOne, sessionId, admin.token, "DELETE")).status).toBe(status);
    expect((await call(endAll, userId, admin.token, "DELETE")).status).toBe(status);
  }
  expect((await call(listAll, inside.userId, admin.token)).status).toBe(200);
  expect((await call(endAll, inside.userId, admin.token, "DELETE")).status).toBe(200);
  expect((await call(listAll, inside.userId, inside.token)).status).toBe(401);
});

test("nobody is told to sign in, and an address that is no id is nothing", async () => {
  const admin = await withRole("admin");
  for (const [route, method] of [
    [getOne, "GET"],
    [endOne, "DELETE"],
    [listAll, "GET"],
    [endAll, "DELETE"],
  ] as const) {
    expect((await call(route, 1, undefined, method)).status).toBe(401);
    expect((await call(route, "../1", admin.token, method)).status).toBe(404);
  }
  expect(await call(listAll, 2_000_000_000, admin.token)).toMatchObject({ status: 404, body: { code: "user_not_found" } });
  expect(await call(endOne, "no-such-session", admin.token, "DELETE")).toMatchObject({ status: 404, body: { code: "session_not_found" } });
});

test("an API token ends no session of its own user, but an admin's ends another's", async () => {
  const ctx = await testUserContext("admin", clock);
  const admin = await person(ctx);
  const { token } = await createApiToken(ctx, { userId: admin.userId, name: "Script" });
  const ines = await withRole("observer");
  for (const answer of [
    await call(endOne, admin.sessionId, token, "DELETE"),
    await call(endAll, admin.userId, token, "DELETE"),
    await call(logout, 0, token, "POST"),
  ]) {
    expect(answer).toMatchObject({ status: 403, body: { code: "session_needed" } });
  }
  expect((await call(listAll, admin.userId, admin.token)).status).toBe(200);
  expect((await call(endOne, ines.sessionId, token, "DELETE")).status).toBe(200);
});
