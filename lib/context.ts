import type { Db } from "./db/prisma";
import { getPrisma } from "./db/prisma";
import { poolSql, type Sql } from "./db/sql";
import { getLogger, type Logger } from "./log";

/** The roles a user can hold; `none` signs in and sees nothing. */
export type Role = "admin" | "maintainer" | "technician" | "observer_plus" | "observer" | "gitops" | "none";

/** Who acts: a signed-in user, an agent or person at a host, the server itself, or nobody yet. */
export type Actor =
  | { kind: "user"; userId: number; name: string; email: string; globalRole: Role; sessionId: string }
  | { kind: "host"; hostId: number }
  | { kind: "server" }
  | { kind: "nobody" };

/** What verbs on agents' paths take: plain SQL, time, and who acts. */
export interface SqlContext {
  actor: Actor;
  sql: Sql;
  /** All time of the product; tests move it. */
  now: () => Date;
  log: Logger;
  /** True inside inTransaction or inSqlTransaction. */
  transaction: boolean;
}

/** What every other verb takes: the same, with Prisma. */
export interface Context extends SqlContext {
  db: Db;
}

/** A context on the shared database. */
export function createContext(actor: Actor, overrides: Partial<Pick<Context, "now" | "log">> = {}): Context {
  return {
    actor,
    db: getPrisma(),
    sql: poolSql(),
    now: overrides.now ?? (() => new Date()),
    log: overrides.log ?? getLogger(),
    transaction: false,
  };
}

/** The server acting by itself: jobs, sweeps, start-up. */
export function serverContext(overrides: Partial<Pick<Context, "now" | "log">> = {}): Context {
  return createContext({ kind: "server" }, overrides);
}
