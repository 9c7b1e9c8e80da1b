import "server-only";
import type { Context, SqlContext } from "../context";
import { getPool } from "./pool";
import { getPrisma } from "./prisma";
import { pgSql, prismaSql } from "./sql";

const defaultTimeoutMs = 30_000;

/**
 * Runs `work` in one transaction: with `tx.db` (Prisma) and `tx.sql` on the same connection. Inside a transaction it joins it.
 * Whatever `work` throws rolls everything back, jobs and activities included.
 */
export async function inTransaction<Result>(ctx: Context, work: (tx: Context) => Promise<Result>): Promise<Result> {
  if (ctx.transaction) return work(ctx);
  return getPrisma().$transaction((db) => work({ ...ctx, db, sql: prismaSql(db), transaction: true }), {
    maxWait: 10_000,
    timeout: defaultTimeoutMs,
  });
}

/** As inTransaction, for paths that agents call: plain SQL only, on `pg`, without Prisma's cost. */
export async function inSqlTransaction<Result>(ctx: SqlContext, work: (tx: SqlContext) => Promise<Result>): Promise<Result> {
  if (ctx.transaction) return work(ctx);
  const client = await getPool().connect();
  let broken: Error | undefined;
  try {
    await client.query("begin");
    const result = await work({ actor: ctx.actor, now: ctx.now, log: ctx.log, sql: pgSql(client), transaction: true });
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback").catch((cause: Error) => {
      broken = cause;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
