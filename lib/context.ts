import type { Db } from "./db/prisma";
import { getPrisma } from "./db/prisma";
import { poolSql, type Sql } from "./db/sql";
import { getLogger, type Logger } from "./log";

/** The roles a user can hold; `none` signs in and sees nothing. */
export type Role = "admin" | "maintainer" | "technician" | "observer_plus" | "observer" | "gitops" | "none";

/** A role that counts on one team. */
export type TeamRole = Exclude<Role, "none">;

/**
 * A signed-in user. `teamRoles` by team id, empty for a global role. `address`: where the request came from. `routes`: the only routes of the
 * REST API that an API token may call. `sessionId` is empty for a token and for a person in the middle of signing in. `tokenId`: the API token they came by.
 */
export interface UserActor {
  kind: "user";
  userId: number;
  name: string;
  email: string;
  globalRole: Role;
  teamRoles: Readonly<Record<number, TeamRole>>;
  sessionId: string;
  tokenId?: number;
  address: string;
  routes: readonly string[] | null;
  mustResetPassword: boolean;
}

/** Who acts: a signed-in user, an agent or person at a host, the server itself, or nobody yet (`address`: where they came from). */
export type Actor = UserActor | { kind: "host"; hostId: number } | { kind: "server" } | { kind: "nobody"; address?: string };

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
