import "server-only";
import type { Pool, PoolClient } from "pg";
import type { Db } from "./prisma";
import { getPool } from "./pool";

/**
 * A statement with a name of its own, so that PostgreSQL plans it once per connection. Values are `$1`, `$2`; cast them in the text. One whose
 * name is empty is planned each time, for the values it is given.
 */
export interface Statement {
  name: string;
  text: string;
}

/** Runs plain SQL where it is called: on the pool, in a `pg` transaction, or in a Prisma transaction. Same rows from all three as long as the text casts its values and its counts (`::int`). */
export interface Sql {
  rows<Row extends object>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
}

/** Names a statement. Names that aren't empty are unique in the process, by convention `module.verb_noun`. */
export function statement(name: string, text: string): Statement {
  return { name, text };
}

/** Plain SQL on the pool or on one of its connections. */
export function pgSql(source: Pool | PoolClient): Sql {
  return {
    async rows<Row extends object>({ name, text }: Statement, values: readonly unknown[] = []) {
      const result = await source.query({ name, text, values: [...values] });
      return result.rows as Row[];
    },
  };
}

/** Plain SQL inside Prisma's transaction. Big integers come as numbers, as from `pg`. */
export function prismaSql(db: Db): Sql {
  return {
    async rows<Row extends object>({ text }: Statement, values: readonly unknown[] = []) {
      const rows = await db.$queryRawUnsafe<Record<string, unknown>[]>(text, ...values);
      for (const row of rows) {
        for (const key in row) if (typeof row[key] === "bigint") row[key] = Number(row[key]);
      }
      return rows as Row[];
    },
  };
}

/** Plain SQL on the process's pool. */
export function poolSql(): Sql {
  return pgSql(getPool());
}
