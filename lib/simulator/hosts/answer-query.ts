import { findTables } from "./tables/find-table";
import { parseSql } from "./sql/parse-sql";
import { runSelect } from "./sql/run-select";
import { SqlError, toText } from "./sql/sql-values";
import type { SqlSelect } from "./sql/sql-syntax";
import type { Computer } from "./computer";

/** What osqueryd reports for one query: every column as text; `status` 0 is ok, 1 an error told in `message`. */
export interface QueryAnswer {
  status: 0 | 1;
  message: string;
  rows: Record<string, string>[];
}

const parsed = new Map<string, SqlSelect | SqlError>();

/**
 * Answers SQL by what the computer is at this moment: its tables are filled from its state and the statement is really run over them.
 * Never throws for bad SQL: the answer carries osquery's message, for example `no such table: alf_typo`.
 */
export function answerQuery(computer: Computer, sql: string, now: number, flags: ReadonlyMap<string, string> = new Map()): QueryAnswer {
  try {
    const { columns, rows } = runSelect(parseOnce(sql), findTables(computer, now, flags));
    return { status: 0, message: "", rows: rows.map((values) => Object.fromEntries(columns.map((name, i) => [name, toText(values[i] ?? null)]))) };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return { status: 1, message: error.message, rows: [] };
  }
}

/** Thousands of computers are asked the same questions, so each text is parsed once. */
function parseOnce(sql: string): SqlSelect {
  const known = parsed.get(sql);
  if (known instanceof SqlError) throw known;
  if (known) return known;
  if (parsed.size > 2000) parsed.clear();
  try {
    const select = parseSql(sql);
    parsed.set(sql, select);
    return select;
  } catch (error) {
    if (error instanceof SqlError) parsed.set(sql, error);
    throw error;
  }
}
