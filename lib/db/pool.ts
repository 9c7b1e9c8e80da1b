import "server-only";
import pg from "pg";
import { env } from "../env";
import { getLogger } from "../log";

// int8 comes as text from the driver; ours are counts and ids far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, (text) => Number(text));

// Next bundles route code apart from the server, so what must exist once per process hangs on globalThis.
const shared = globalThis as unknown as { flotillaPool?: pg.Pool; flotillaPlansOnce?: boolean };

/**
 * Has the connections that this thread opens from now on plan each named statement once, whatever its values. Right where all of them look rows up by key; else
 * PostgreSQL plans those that take a list anew each time, which costs more than they do.
 */
export function planStatementsOnce(): void {
  shared.flotillaPlansOnce = true;
}

/** The process's one connection pool; Prisma and the plain statements share it. */
export function getPool(): pg.Pool {
  if (!shared.flotillaPool) {
    const { DATABASE_URL, DATABASE_POOL_SIZE } = env();
    const pool = new pg.Pool({
      connectionString: DATABASE_URL,
      max: DATABASE_POOL_SIZE,
      application_name: "flotilla",
      idleTimeoutMillis: 60_000,
      connectionTimeoutMillis: 10_000,
      keepAlive: true,
      ...(shared.flotillaPlansOnce && { options: "-c plan_cache_mode=force_generic_plan" }),
    });
    // An idle connection that breaks (a database restart) is replaced at its next use.
    pool.on("error", (cause) => getLogger().warn({ "error.message": cause.message }, "an idle database connection broke"));
    // A connection that breaks while it is out fails its own query; this handler only keeps the event from ending the process.
    pool.on("connect", (client) => client.on("error", (cause) => getLogger().debug({ "error.message": cause.message }, "a database connection broke")));
    shared.flotillaPool = pool;
  }
  return shared.flotillaPool;
}

/** Closes the pool, at the end of the process or of a test file. */
export async function closePool(): Promise<void> {
  const pool = shared.flotillaPool;
  shared.flotillaPool = undefined;
  await pool?.end();
}
