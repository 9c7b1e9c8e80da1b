import { userActor } from "../auth/user-actor";
import { createContext, type Context, type Role, type TeamRole } from "../context";
import { getLogger } from "../log";
import { getPrisma } from "../db/prisma";

/** A clock that a test moves. */
export interface TestClock {
  now: () => Date;
  set: (date: Date) => void;
  advance: (milliseconds: number) => void;
}

/** A clock that stands at `start` until it is moved. */
export function testClock(start = new Date("2026-03-02T09:00:00.000Z")): TestClock {
  let current = start.getTime();
  return {
    now: () => new Date(current),
    set: (date) => {
      current = date.getTime();
    },
    advance: (milliseconds) => {
      current += milliseconds;
    },
  };
}

/** The server's own context on the test's clock. */
export function testServerContext(clock: TestClock = testClock()): Context {
  return createContext({ kind: "server" }, { now: clock.now, log: getLogger() });
}

let users = 0;

/** The context of a new user with these roles on teams, and no global one. */
export async function testTeamUserContext(teamRoles: { teamId: number; role: TeamRole }[], clock: TestClock = testClock()): Promise<Context> {
  const nobody = await testUserContext("none", clock);
  if (nobody.actor.kind !== "user") throw new Error("testUserContext gave no user.");
  const { userId, name, email } = nobody.actor;
  await getPrisma().userTeamRole.createMany({ data: teamRoles.map((held) => ({ userId, ...held })) });
  return { ...nobody, actor: userActor({ id: userId, name, email, globalRole: "none", teamRoles }, "192.0.2.1") };
}

/** The context of a new user with `role`. */
export async function testUserContext(role: Role = "admin", clock: TestClock = testClock()): Promise<Context> {
  users += 1;
  const user = await getPrisma().user.create({ data: { email: `user-${users}-${Date.now()}@example.test`, name: `User ${users}`, globalRole: role } });
  return createContext(userActor({ ...user, globalRole: role }, "192.0.2.1"), { now: clock.now });
}
