import type { Computer } from "@/lib/simulator/hosts/computer";
import { SqlError, type SqlValue } from "@/lib/simulator/hosts/sql/sql-values";
import type { SqlRow } from "@/lib/simulator/hosts/sql/run-expression";
import type { SqlTable } from "@/lib/simulator/hosts/sql/run-select";

/** What a table may say about a column; a missing member is NULL. Booleans become 1 and 0. */
export type Cells = Record<string, string | number | boolean | bigint | null | undefined>;

export type Wanted = ReadonlyMap<string, SqlValue[]>;

/** An osquery table of a simulated computer: how to read it, given `column = 'literal'` conditions and the time. */
export interface ComputerTable {
  name: string;
  read: (computer: Computer, now: number) => SqlTable;
}

/**
 * Describes one table. @param columns names split by spaces, with `:int` or `:real` where it is not text
 */
export function defineTable(name: string, columns: string, rows: (computer: Computer, now: number, wanted: Wanted) => Cells[]): ComputerTable {
  const typed = columns.split(" ").map((part) => {
    const [column = "", type = "text"] = part.split(":");
    return { column, type };
  });
  const names = typed.map(({ column }) => column);
  const types = new Map(typed.map(({ column, type }) => [column, type]));
  const known = new Set(names);
  return {
    name,
    read: (computer, now) => ({
      columns: names,
      rows: (wanted) =>
        rows(computer, now, wanted).map((cells): SqlRow =>
          Object.fromEntries(
            Object.entries(cells).map(([column, cell]) => {
              if (!known.has(column)) throw new SqlError(`table ${name} of the simulated computer has no column ${column}`);
              return [column, toValue(cell, types.get(column) ?? "text")];
            }),
          ),
        ),
    }),
  };
}

function toValue(cell: Cells[string], type: string): SqlValue {
  if (cell === null || cell === undefined) return null;
  if (typeof cell === "boolean") return cell ? 1n : 0n;
  if (type === "int") return typeof cell === "bigint" ? cell : BigInt(Math.trunc(Number(cell)));
  if (type === "real") return Number(cell);
  return String(cell);
}
