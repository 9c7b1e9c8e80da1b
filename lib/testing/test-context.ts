import { createContext, type Context, type Role } from "../context";
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

/** The context of a new user with `role`. */
export async function testUserContext(role: Role = "admin", clock: TestClock = testClock()): Promise<Context> {
  users += 1;
  const user = await getPrisma().user.create({ data: { email: `user-${users}-${Date.now()}@example.test`, name: `User ${users}`, globalRole: role } });
  return createContext({ kind: "user", userId: user.id, name: user.name, email: user.email, globalRole: role, sessionId: "" }, { now: clock.now });
}
