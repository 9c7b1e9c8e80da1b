import { isAggregate, runAggregate, runScalar } from "./sql-functions";
import { SqlError, compareValues, fromBoolean, isTrue, toNumber, toText, wholeNumber, type SqlValue } from "./sql-values";
import type { SqlExpression, SqlSelect } from "./sql-syntax";

export type SqlRow = Readonly<Record<string, SqlValue>>;

/** One source of a FROM clause at its current row. `columns` are lower case. */
export interface SqlBinding {
  alias: string;
  columns: readonly string[];
  row: SqlRow;
}

/** What an expression can see: the current rows, the enclosing select, the aliases of its own select, and the group when there is one. */
export interface SqlScope {
  bindings: readonly SqlBinding[];
  outer: SqlScope | null;
  aliases: ReadonlyMap<string, SqlExpression> | null;
  group: readonly SqlScope[] | null;
  now: number;
  runSelect: (select: SqlSelect, outer: SqlScope) => { columns: string[]; rows: SqlValue[][] };
}

/** Value of an expression. @throws SqlError with SQLite's words for a name it does not know */
export function runExpression(expression: SqlExpression, scope: SqlScope): SqlValue {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "column":
      return readColumn(expression, scope);
    case "binary":
      return runBinary(expression.operator, expression.left, expression.right, scope);
    case "unary":
      return runUnary(expression.operator, runExpression(expression.operand, scope));
    case "call":
      return runCall(expression, scope);
    case "case": {
      for (const { when, result } of expression.whens) {
        const hit = expression.base ? isTrue(runBinary("=", expression.base, when, scope)) : isTrue(runExpression(when, scope));
        if (hit) return runExpression(result, scope);
      }
      return expression.otherwise ? runExpression(expression.otherwise, scope) : null;
    }
    case "in":
      return runIn(expression, scope);
    case "between": {
      const low = runBinary(">=", expression.operand, expression.low, scope);
      const high = runBinary("<=", expression.operand, expression.high, scope);
      const inside = and(low, high);
      return expression.negated ? runUnary("NOT", inside) : inside;
    }
    case "like": {
      const value = runExpression(expression.operand, scope);
      const pattern = runExpression(expression.pattern, scope);
      if (value === null || pattern === null) return null;
      const escape = expression.escape ? toText(runExpression(expression.escape, scope)) : "";
      const hit = likePattern(expression.operator, toText(pattern), escape).test(toText(value));
      return fromBoolean(hit !== expression.negated);
    }
    case "exists":
      return fromBoolean(scope.runSelect(expression.select, scope).rows.length > 0);
    case "subselect":
      return scope.runSelect(expression.select, scope).rows[0]?.[0] ?? null;
    case "cast":
      return cast(runExpression(expression.operand, scope), expression.type);
    case "collate":
      return runExpression(expression.operand, scope);
  }
}

/** Whether an expression reads the whole group, as COUNT(*) does. */
export function hasAggregate(expression: SqlExpression | null): boolean {
  if (!expression) return false;
  switch (expression.kind) {
    case "call":
      return isAggregate(expression.name, expression.args.length) || expression.args.some(hasAggregate);
    case "binary":
      return hasAggregate(expression.left) || hasAggregate(expression.right);
    case "unary":
    case "cast":
    case "collate":
    case "in":
      return hasAggregate(expression.operand);
    case "between":
      return [expression.operand, expression.low, expression.high].some(hasAggregate);
    case "like":
      return hasAggregate(expression.operand) || hasAggregate(expression.pattern);
    case "case":
      return (
        hasAggregate(expression.base) ||
        hasAggregate(expression.otherwise) ||
        expression.whens.some(({ when, result }) => hasAggregate(when) || hasAggregate(result))
      );
    default:
      return false;
  }
}

/** Equality or order under a collation named by either side; null when either side is NULL. */
export function compareExpressions(left: SqlExpression, right: SqlExpression, scope: SqlScope): number | null {
  return compareSides(left, runExpression(left, scope), right, runExpression(right, scope));
}

function compareSides(left: SqlExpression, leftValue: SqlValue, right: SqlExpression, rightValue: SqlValue): number | null {
  if (leftValue === null || rightValue === null) return null;
  const [a, b] = withAffinity(left, leftValue, right, rightValue);
  const collation = left.kind === "collate" ? left.collation : right.kind === "collate" ? right.collation : "binary";
  return compareValues(a, b, collation);
}

/** A column lends its type to what it is compared with, so `global_state = '1'` and `major = 15` both hold. */
function withAffinity<V extends bigint | number | string>(
  left: SqlExpression,
  a: V,
  right: SqlExpression,
  b: V,
): [bigint | number | string, bigint | number | string] {
  const typed = (side: SqlExpression): boolean => side.kind === "column" || side.kind === "cast" || (side.kind === "collate" && typed(side.operand));
  const aText = typeof a === "string";
  const bText = typeof b === "string";
  if (aText === bText) return [a, b];
  if (typed(aText ? right : left)) return aText ? [wholeNumber(a) ?? a, b] : [a, wholeNumber(String(b)) ?? b];
  if (typed(aText ? left : right)) return [toText(a), toText(b)];
  return [a, b];
}

function readColumn(expression: Extract<SqlExpression, { kind: "column" }>, scope: SqlScope): SqlValue {
  const name = expression.name.toLowerCase();
  const table = expression.table?.toLowerCase();
  for (let at: SqlScope | null = scope; at; at = at.outer) {
    for (const binding of at.bindings) {
      if (table !== undefined && binding.alias !== table) continue;
      if (binding.columns.includes(name)) return binding.row[name] ?? null;
    }
    const alias: SqlExpression | undefined = table === undefined ? at.aliases?.get(name) : undefined;
    if (alias && alias !== expression) return runExpression(alias, { ...at, aliases: null });
  }
  if (expression.quoted) return expression.name;
  throw new SqlError(`no such column: ${expression.table ? `${expression.table}.` : ""}${expression.name}`);
}

function runBinary(operator: string, left: SqlExpression, right: SqlExpression, scope: SqlScope): SqlValue {
  if (operator === "AND") return and(runExpression(left, scope), runExpression(right, scope));
  if (operator === "OR") {
    const [a, b] = [runExpression(left, scope), runExpression(right, scope)];
    if ((a !== null && isTrue(a)) || (b !== null && isTrue(b))) return 1n;
    return a === null || b === null ? null : 0n;
  }
  const a = runExpression(left, scope);
  const b = runExpression(right, scope);
  if (operator === "IS" || operator === "IS NOT") {
    const same = a === null || b === null ? a === b : compareSides(left, a, right, b) === 0;
    return fromBoolean(same === (operator === "IS"));
  }
  if (["=", "!=", "<", "<=", ">", ">="].includes(operator)) {
    const order = compareSides(left, a, right, b);
    if (order === null) return null;
    if (operator === "=") return fromBoolean(order === 0);
    if (operator === "!=") return fromBoolean(order !== 0);
    if (operator === "<") return fromBoolean(order < 0);
    if (operator === "<=") return fromBoolean(order <= 0);
    return fromBoolean(operator === ">" ? order > 0 : order >= 0);
  }
  if (a === null || b === null) return null;
  if (operator === "||") return toText(a) + toText(b);
  return calculate(operator, toNumber(a) ?? 0n, toNumber(b) ?? 0n);
}

function and(a: SqlValue, b: SqlValue): SqlValue {
  if ((a !== null && !isTrue(a)) || (b !== null && !isTrue(b))) return 0n;
  return a === null || b === null ? null : 1n;
}

function calculate(operator: string, a: bigint | number, b: bigint | number): SqlValue {
  if (operator === "%" || "&|<<>>".includes(operator)) {
    const [x, y] = [BigInt(Math.trunc(Number(a))), BigInt(Math.trunc(Number(b)))];
    if (operator === "%") return y === 0n ? null : x % y;
    if (operator === "&") return x & y;
    if (operator === "|") return x | y;
    return operator === "<<" ? x << y : x >> y;
  }
  if (typeof a === "bigint" && typeof b === "bigint") {
    if (operator === "/") return b === 0n ? null : a / b;
    return operator === "+" ? a + b : operator === "-" ? a - b : a * b;
  }
  const [x, y] = [Number(a), Number(b)];
  if (operator === "/") return y === 0 ? null : x / y;
  return operator === "+" ? x + y : operator === "-" ? x - y : x * y;
}

function runUnary(operator: string, value: SqlValue): SqlValue {
  if (value === null) return null;
  if (operator === "NOT") return isTrue(value) ? 0n : 1n;
  if (operator === "+") return value;
  const number = toNumber(value) ?? 0n;
  return operator === "-" ? -number : ~BigInt(Math.trunc(Number(number)));
}

function runCall(expression: Extract<SqlExpression, { kind: "call" }>, scope: SqlScope): SqlValue {
  const { name, args } = expression;
  if (!isAggregate(name, args.length))
    return runScalar(
      name,
      args.map((arg) => runExpression(arg, scope)),
      scope.now,
    );
  if (!scope.group) throw new SqlError(`misuse of aggregate: ${name}()`);
  let rows = scope.group.map((member) => args.map((arg) => runExpression(arg, member)));
  if (expression.distinct) rows = [...new Map(rows.map((row) => [row.map(String).join("\0"), row])).values()];
  return runAggregate(name, rows, expression.star || args.length === 0);
}

function runIn(expression: Extract<SqlExpression, { kind: "in" }>, scope: SqlScope): SqlValue {
  const value = runExpression(expression.operand, scope);
  const members: SqlExpression[] =
    expression.list ?? (expression.select ? scope.runSelect(expression.select, scope).rows.map((row) => ({ kind: "literal", value: row[0] ?? null })) : []);
  if (members.length === 0) return fromBoolean(expression.negated);
  if (value === null) return null;
  let sawNull = false;
  for (const member of members) {
    const order = compareSides(expression.operand, value, member, runExpression(member, scope));
    if (order === 0) return fromBoolean(!expression.negated);
    sawNull ||= order === null;
  }
  return sawNull ? null : fromBoolean(expression.negated);
}

function cast(value: SqlValue, type: string): SqlValue {
  if (value === null) return null;
  if (/INT/.test(type)) return BigInt(Math.trunc(Number(toNumber(value))));
  if (/CHAR|TEXT|CLOB/.test(type)) return toText(value);
  if (/REAL|FLOA|DOUB/.test(type)) return Number(toNumber(value));
  return toNumber(value);
}

const patterns = new Map<string, RegExp>();

function likePattern(operator: string, pattern: string, escape: string): RegExp {
  const key = `${operator}\0${escape}\0${pattern}`;
  const known = patterns.get(key);
  if (known) return known;
  const made = operator === "REGEXP" ? new RegExp(pattern) : new RegExp(`^${translatePattern(operator, pattern, escape)}$`, operator === "LIKE" ? "is" : "s");
  if (patterns.size > 500) patterns.clear();
  patterns.set(key, made);
  return made;
}

function translatePattern(operator: string, pattern: string, escape: string): string {
  const [many, one] = operator === "LIKE" ? ["%", "_"] : ["*", "?"];
  let source = "";
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern.charAt(i);
    if (escape !== "" && character === escape) source += quote(pattern.charAt(++i));
    else if (character === many) source += ".*";
    else if (character === one) source += ".";
    else source += quote(character);
  }
  return source;
}

function quote(character: string): string {
  return character.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}
