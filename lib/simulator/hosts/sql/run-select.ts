import { compareExpressions, hasAggregate, runExpression, type SqlBinding, type SqlRow, type SqlScope } from "./run-expression";
import { SqlError, compareValues, isTrue, toNumber, type SqlValue } from "./sql-values";
import type { SqlColumn, SqlCore, SqlExpression, SqlSelect, SqlSource } from "./sql-syntax";

/** A table as a query sees it. `wanted` holds `column = 'literal'` conditions, which some osquery tables insist on. */
export interface SqlTable {
  columns: readonly string[];
  rows: (wanted: ReadonlyMap<string, SqlValue[]>) => SqlRow[];
}

export interface SqlTables {
  /** @throws SqlError when the table exists but cannot be read; null when there is no such table */
  find: (name: string) => SqlTable | null;
  now: number;
}

export interface SqlResult {
  columns: string[];
  rows: SqlValue[][];
}

/** Runs a parsed SELECT over tables in memory. @throws SqlError with the words osquery would send back */
export function runSelect(select: SqlSelect, tables: SqlTables): SqlResult {
  return runIn(select, tables, null);
}

function runIn(select: SqlSelect, tables: SqlTables, outer: SqlScope | null): SqlResult {
  let visible = tables;
  for (const { name, columns, select: inner } of select.with) visible = withTable(visible, name, columns, runIn(inner, visible, outer));
  const base: SqlScope = { bindings: [], outer, aliases: null, group: null, now: tables.now, runSelect: (nested, scope) => runIn(nested, visible, scope) };
  const [first] = select.cores;
  if (!first) throw new SqlError("incomplete input");
  if (select.cores.length === 1) return finish(select, runCore(first.core, visible, base), base);
  let combined = runCore(first.core, visible, base);
  for (const { operator, core } of select.cores.slice(1)) {
    const next = runCore(core, visible, base);
    if (next.columns.length !== combined.columns.length) {
      throw new SqlError(`SELECTs to the left and right of ${operator.toUpperCase()} do not have the same number of result columns`);
    }
    const has = (rows: Produced[], row: Produced): boolean => rows.some((other) => rowKey(other.values) === rowKey(row.values));
    if (operator === "union all") combined.rows.push(...next.rows);
    else if (operator === "union") combined.rows = distinct([...combined.rows, ...next.rows]);
    else if (operator === "intersect") combined.rows = distinct(combined.rows.filter((row) => has(next.rows, row)));
    else combined.rows = distinct(combined.rows.filter((row) => !has(next.rows, row)));
  }
  // ORDER BY of a compound sees result columns only
  const columns = combined.columns.map((name) => name.toLowerCase());
  combined = {
    ...combined,
    rows: combined.rows.map(({ values }) => ({ values, scope: { ...base, bindings: [{ alias: "", columns, row: asRow(columns, values) }] } })),
  };
  return finish(select, combined, base);
}

interface Produced {
  values: SqlValue[];
  scope: SqlScope;
}

function finish(select: SqlSelect, { columns, rows }: { columns: string[]; rows: Produced[] }, base: SqlScope): SqlResult {
  let ordered = rows;
  if (select.orderBy.length > 0) {
    const keyed = rows.map((row) => ({ row, keys: select.orderBy.map(({ expression }) => orderKey(expression, row)) }));
    keyed.sort((a, b) => {
      for (const [i, { descending, expression }] of select.orderBy.entries()) {
        const order = compareKeys(a.keys[i] ?? null, b.keys[i] ?? null, expression.kind === "collate" ? expression.collation : "binary");
        if (order !== 0) return descending ? -order : order;
      }
      return 0;
    });
    ordered = keyed.map(({ row }) => row);
  }
  const count = (expression: SqlExpression | null, fallback: number): number => (expression ? Number(toNumber(runExpression(expression, base))) : fallback);
  const offset = Math.max(0, count(select.offset, 0));
  const limit = count(select.limit, -1);
  const page = limit < 0 ? ordered.slice(offset) : ordered.slice(offset, offset + limit);
  return { columns, rows: page.map(({ values }) => values) };
}

function orderKey(expression: SqlExpression, row: Produced): SqlValue {
  if (expression.kind === "literal" && typeof expression.value === "bigint") return row.values[Number(expression.value) - 1] ?? null;
  return runExpression(expression, row.scope);
}

function compareKeys(a: SqlValue, b: SqlValue, collation: string): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? -1 : 1;
  return compareValues(a, b, collation);
}

function runCore(core: SqlCore, tables: SqlTables, base: SqlScope): { columns: string[]; rows: Produced[] } {
  const sources = core.from.map((source) => openSource(source, core, tables, base));
  const nulls: SqlBinding[] = sources.map(({ alias, columns }) => ({ alias, columns, row: {} }));
  const columns = core.columns.flatMap((column) => expandColumn(column, nulls));
  const aliases = new Map(columns.map(({ name, expression }) => [name.toLowerCase(), expression]));
  const scopeOf = (bindings: SqlBinding[]): SqlScope => ({ ...base, bindings, aliases });

  const matches: SqlScope[] = [];
  const joinFrom = (index: number, bindings: SqlBinding[]): void => {
    const source = sources[index];
    if (!source) {
      const scope = scopeOf(bindings);
      if (!core.where || isTrueValue(runExpression(core.where, scope))) matches.push(scope);
      return;
    }
    let joined = false;
    for (const row of source.rows) {
      const next = [...bindings, { alias: source.alias, columns: source.columns, row }];
      if (!joins(source, next, scopeOf(next))) continue;
      joined = true;
      joinFrom(index + 1, next);
    }
    if (source.left && !joined) joinFrom(index + 1, [...bindings, { alias: source.alias, columns: source.columns, row: {} }]);
  };
  joinFrom(0, []);

  const grouped = core.groupBy.length > 0 || columns.some(({ expression }) => hasAggregate(expression)) || hasAggregate(core.having);
  const scopes = grouped
    ? groupScopes(
        core,
        matches,
        scopeOf(nulls),
        columns.map(({ expression }) => expression),
      )
    : matches;
  let rows = scopes.map((scope) => ({ values: columns.map(({ expression }) => runExpression(expression, scope)), scope }));
  if (rows.length === 0) {
    // SQLite refuses an unknown column even when no row is read
    const probe: SqlScope = { ...scopeOf(nulls), group: grouped ? [] : null };
    for (const { expression } of columns) runExpression(expression, probe);
    if (core.where) runExpression(core.where, { ...probe, group: null });
  }
  if (core.distinct) rows = distinct(rows);
  return { columns: columns.map(({ name }) => name), rows };
}

function groupScopes(core: SqlCore, matches: SqlScope[], empty: SqlScope, expressions: SqlExpression[]): SqlScope[] {
  const groups = new Map<string, SqlScope[]>();
  const keyOf = (expression: SqlExpression, scope: SqlScope): SqlValue => {
    const column = expression.kind === "literal" && typeof expression.value === "bigint" ? expressions[Number(expression.value) - 1] : undefined;
    return runExpression(column ?? expression, scope);
  };
  for (const scope of matches) {
    const key = rowKey(core.groupBy.map((expression) => keyOf(expression, scope)));
    const group = groups.get(key);
    if (group) group.push(scope);
    else groups.set(key, [scope]);
  }
  if (groups.size === 0 && core.groupBy.length === 0) groups.set("", []);
  const scopes = [...groups.values()].map((group) => ({ ...(extremeRow(expressions, group) ?? group[0] ?? empty), group }));
  return core.having ? scopes.filter((scope) => core.having !== null && isTrueValue(runExpression(core.having, scope))) : scopes;
}

/** SQLite takes the other columns of a group from the row that holds its only MIN() or MAX(). */
function extremeRow(expressions: SqlExpression[], group: SqlScope[]): SqlScope | null {
  const calls = expressions.filter(
    (expression) => expression.kind === "call" && (expression.name === "min" || expression.name === "max") && expression.args.length === 1,
  );
  const call = calls[0];
  const arg = call?.kind === "call" ? call.args[0] : undefined;
  if (calls.length !== 1 || call?.kind !== "call" || !arg) return null;
  const sign = call.name === "max" ? -1 : 1;
  const keyed = group.map((scope) => ({ scope, key: runExpression(arg, scope) })).filter(({ key }) => key !== null);
  keyed.sort((a, b) => sign * compareKeys(a.key, b.key, "binary"));
  return keyed[0]?.scope ?? null;
}

interface OpenSource extends SqlSource {
  columns: readonly string[];
  rows: SqlRow[];
}

function openSource(source: SqlSource, core: SqlCore, tables: SqlTables, base: SqlScope): OpenSource {
  const alias = source.alias.toLowerCase();
  if (source.select) {
    const result = base.runSelect(source.select, base);
    const columns = result.columns.map((name) => name.toLowerCase());
    return { ...source, alias, columns, rows: result.rows.map((values) => asRow(columns, values)) };
  }
  const name = source.table ?? "";
  const table = tables.find(name.toLowerCase());
  if (!table) throw new SqlError(`no such table: ${name}`);
  const wanted = new Map<string, SqlValue[]>();
  for (const condition of [core.where, ...core.from.map(({ on }) => on)]) collectWanted(condition, alias, table.columns, wanted);
  return { ...source, alias, columns: table.columns, rows: table.rows(wanted) };
}

function collectWanted(expression: SqlExpression | null, alias: string, columns: readonly string[], wanted: Map<string, SqlValue[]>): void {
  if (expression?.kind !== "binary") return;
  if (expression.operator === "AND") {
    collectWanted(expression.left, alias, columns, wanted);
    collectWanted(expression.right, alias, columns, wanted);
    return;
  }
  if (expression.operator !== "=") return;
  for (const [column, literal] of [
    [expression.left, expression.right],
    [expression.right, expression.left],
  ] as const) {
    if (column.kind !== "column" || (column.table && column.table.toLowerCase() !== alias)) continue;
    const name = column.name.toLowerCase();
    const value = literal.kind === "literal" ? literal.value : literal.kind === "column" && literal.quoted ? literal.name : undefined;
    if (value !== undefined && columns.includes(name)) wanted.set(name, [...(wanted.get(name) ?? []), value]);
  }
}

function joins(source: OpenSource, bindings: SqlBinding[], scope: SqlScope): boolean {
  if (source.on) return isTrueValue(runExpression(source.on, scope));
  const earlier = bindings.slice(0, -1);
  const shared = source.natural ? source.columns.filter((name) => earlier.some(({ columns }) => columns.includes(name))) : source.using;
  return shared.every((column) => {
    const name = column.toLowerCase();
    const other = earlier.find(({ columns }) => columns.includes(name));
    if (!other || !source.columns.includes(name)) throw new SqlError(`cannot join using column ${column} - column not present in both tables`);
    return compareExpressions(columnOf(source.alias, name), columnOf(other.alias, name), scope) === 0;
  });
}

function columnOf(table: string, name: string): SqlExpression {
  return { kind: "column", table, name, quoted: false };
}

function expandColumn(column: SqlColumn, bindings: SqlBinding[]): { name: string; expression: SqlExpression }[] {
  if (!column.star) return [column];
  const wanted = column.table?.toLowerCase();
  const chosen = bindings.filter(({ alias }) => wanted === undefined || alias === wanted);
  if (chosen.length === 0) throw new SqlError(wanted === undefined ? "no tables specified" : `no such table: ${column.table}`);
  return chosen.flatMap(({ alias, columns }) => columns.map((name) => ({ name, expression: columnOf(alias, name) })));
}

function withTable(tables: SqlTables, name: string, columns: string[], result: SqlResult): SqlTables {
  const names = (columns.length > 0 ? columns : result.columns).map((column) => column.toLowerCase());
  const table: SqlTable = { columns: names, rows: () => result.rows.map((values) => asRow(names, values)) };
  return { now: tables.now, find: (wanted) => (wanted === name.toLowerCase() ? table : tables.find(wanted)) };
}

function asRow(columns: readonly string[], values: SqlValue[]): SqlRow {
  return Object.fromEntries(columns.map((name, i) => [name, values[i] ?? null]));
}

function isTrueValue(value: SqlValue): boolean {
  return value !== null && isTrue(value);
}

function rowKey(values: SqlValue[]): string {
  return values.map((value) => `${typeof value}:${String(value)}`).join("\0");
}

function distinct(rows: Produced[]): Produced[] {
  return [...new Map(rows.map((row) => [rowKey(row.values), row] as const)).values()];
}
