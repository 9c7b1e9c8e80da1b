import type { SqlValue } from "./sql-values";

/** An expression as parsed. `quoted` names may turn out to be texts, as SQLite reads "on" when no column has that name. */
export type SqlExpression =
  | { kind: "literal"; value: SqlValue }
  | { kind: "column"; table: string | null; name: string; quoted: boolean }
  | { kind: "binary"; operator: string; left: SqlExpression; right: SqlExpression }
  | { kind: "unary"; operator: string; operand: SqlExpression }
  | { kind: "call"; name: string; args: SqlExpression[]; star: boolean; distinct: boolean }
  | { kind: "case"; base: SqlExpression | null; whens: { when: SqlExpression; result: SqlExpression }[]; otherwise: SqlExpression | null }
  | { kind: "in"; operand: SqlExpression; list: SqlExpression[] | null; select: SqlSelect | null; negated: boolean }
  | { kind: "between"; operand: SqlExpression; low: SqlExpression; high: SqlExpression; negated: boolean }
  | { kind: "like"; operator: string; operand: SqlExpression; pattern: SqlExpression; escape: SqlExpression | null; negated: boolean }
  | { kind: "exists"; select: SqlSelect }
  | { kind: "subselect"; select: SqlSelect }
  | { kind: "cast"; operand: SqlExpression; type: string }
  | { kind: "collate"; operand: SqlExpression; collation: string };

export interface SqlSource {
  table: string | null;
  select: SqlSelect | null;
  alias: string;
  left: boolean;
  natural: boolean;
  on: SqlExpression | null;
  using: string[];
}

export type SqlColumn = { star: true; table: string | null } | { star: false; expression: SqlExpression; name: string };

export interface SqlCore {
  distinct: boolean;
  columns: SqlColumn[];
  from: SqlSource[];
  where: SqlExpression | null;
  groupBy: SqlExpression[];
  having: SqlExpression | null;
}

export interface SqlSelect {
  with: { name: string; columns: string[]; select: SqlSelect }[];
  cores: { operator: "first" | "union" | "union all" | "intersect" | "except"; core: SqlCore }[];
  orderBy: { expression: SqlExpression; descending: boolean }[];
  limit: SqlExpression | null;
  offset: SqlExpression | null;
}
