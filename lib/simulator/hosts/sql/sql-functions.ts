import { createHash } from "node:crypto";
import { SqlError, compareValues, compareVersions, isTrue, toNumber, toText, type SqlValue } from "./sql-values";

type ScalarFunction = (args: SqlValue[], now: number) => SqlValue;

const AGGREGATES = new Set(["count", "sum", "total", "avg", "group_concat"]);

/** Whether a call is over the rows of a group; MIN and MAX are, when they have one argument. */
export function isAggregate(name: string, argCount: number): boolean {
  return AGGREGATES.has(name) || ((name === "min" || name === "max") && argCount === 1);
}

/** Value of an aggregate. `rows` holds the argument list of each row of the group; `*` gives empty lists. */
export function runAggregate(name: string, rows: SqlValue[][], star: boolean): SqlValue {
  if (name === "count") return BigInt(star ? rows.length : rows.filter((row) => row[0] !== null && row[0] !== undefined).length);
  const values = rows.map((row) => row[0]).filter((value): value is bigint | number | string => value !== null && value !== undefined);
  if (name === "group_concat") return values.length === 0 ? null : values.map(toText).join(rows[0]?.[1] === undefined ? "," : toText(rows[0][1]));
  if (name === "min" || name === "max") {
    const sign = name === "min" ? 1 : -1;
    return values.reduce<SqlValue>((best, value) => (best === null || sign * compareValues(value, best) < 0 ? value : best), null);
  }
  const numbers = values.map((value) => toNumber(value) ?? 0n);
  if (name === "total" || name === "avg" || numbers.some((number) => typeof number === "number")) {
    if (numbers.length === 0) return name === "total" ? 0 : null;
    const sum = numbers.reduce<number>((total, number) => total + Number(number), 0);
    return name === "avg" ? sum / numbers.length : sum;
  }
  return numbers.length === 0 ? null : numbers.reduce<bigint>((total, number) => total + BigInt(number), 0n);
}

/** Value of a scalar function of SQLite or osquery. @throws SqlError `no such function: x` */
export function runScalar(name: string, args: SqlValue[], now: number): SqlValue {
  const scalar = SCALARS.get(name);
  if (!scalar) throw new SqlError(`no such function: ${name}`);
  return scalar(args, now);
}

const text = (args: SqlValue[], index: number): string => toText(args[index] ?? null);
const integer = (args: SqlValue[], index: number, fallback: number): number =>
  args[index] === undefined || args[index] === null ? fallback : Math.trunc(Number(toNumber(args[index])));
/** Functions that give NULL when their first argument is NULL. */
const strict =
  (run: ScalarFunction): ScalarFunction =>
  (args, now) =>
    args[0] === null ? null : run(args, now);

const SCALARS = new Map<string, ScalarFunction>(
  Object.entries({
    lower: strict((args) => text(args, 0).toLowerCase()),
    upper: strict((args) => text(args, 0).toUpperCase()),
    length: strict((args) => BigInt([...text(args, 0)].length)),
    trim: strict((args) => trim(args, true, true)),
    ltrim: strict((args) => trim(args, true, false)),
    rtrim: strict((args) => trim(args, false, true)),
    replace: strict((args) => (text(args, 1) === "" ? text(args, 0) : text(args, 0).replaceAll(text(args, 1), () => text(args, 2)))),
    substr: strict(substring),
    substring: strict(substring),
    instr: strict((args) => BigInt(text(args, 0).indexOf(text(args, 1)) + 1)),
    abs: strict((args) => {
      const number = toNumber(args[0] ?? null) ?? 0n;
      return number < 0 ? -number : number;
    }),
    round: strict((args) => Number(Number(toNumber(args[0] ?? null)).toFixed(Math.max(0, integer(args, 1, 0))))),
    coalesce: (args) => args.find((value) => value !== null) ?? null,
    ifnull: (args) => args[0] ?? args[1] ?? null,
    nullif: (args) => (args[0] === args[1] ? null : (args[0] ?? null)),
    iif: (args) => (isTrue(args[0] ?? null) ? (args[1] ?? null) : (args[2] ?? null)),
    min: (args) => extreme(args, 1),
    max: (args) => extreme(args, -1),
    typeof: (args) => ({ bigint: "integer", number: "real", string: "text" })[typeof args[0] as string] ?? "null",
    hex: (args) => Buffer.from(text(args, 0)).toString("hex").toUpperCase(),
    concat: (args) => args.map(toText).join(""),
    concat_ws: (args) =>
      args
        .slice(1)
        .filter((value) => value !== null)
        .map(toText)
        .join(text(args, 0)),
    split: strict(
      (args) =>
        text(args, 0)
          .split(new RegExp(`[${escapePattern(text(args, 1))}]`))
          .filter(Boolean)[integer(args, 2, 0)] ?? null,
    ),
    regex_split: strict((args) => text(args, 0).split(pattern(text(args, 1)))[integer(args, 2, 0)] ?? null),
    regex_match: strict((args) => pattern(text(args, 1)).exec(text(args, 0))?.[integer(args, 2, 0)] ?? null),
    version_compare: (args) => versionCompare(args),
    inet_aton: strict((args) =>
      text(args, 0)
        .split(".")
        .reduce((sum, part) => sum * 256n + BigInt(part || 0), 0n),
    ),
    sha1: strict((args) => createHash("sha1").update(text(args, 0)).digest("hex")),
    sha256: strict((args) => createHash("sha256").update(text(args, 0)).digest("hex")),
    unixepoch: (args, now) => BigInt(Math.floor(instant(args, now) / 1000)),
    datetime: (args, now) => new Date(instant(args, now)).toISOString().slice(0, 19).replace("T", " "),
    date: (args, now) => new Date(instant(args, now)).toISOString().slice(0, 10),
    julianday: (args, now) => instant(args, now) / 86_400_000 + 2_440_587.5,
    strftime: (args, now) => formatTime(text(args, 0), instant(args.slice(1), now)),
  } satisfies Record<string, ScalarFunction>),
);

function trim(args: SqlValue[], start: boolean, end: boolean): string {
  const drop = args[1] === undefined ? " " : text(args, 1);
  const value = text(args, 0);
  let from = 0;
  let to = value.length;
  if (start) while (from < to && drop.includes(value.charAt(from))) from++;
  if (end) while (to > from && drop.includes(value.charAt(to - 1))) to--;
  return value.slice(from, to);
}

function substring(args: SqlValue[]): string {
  const value = [...text(args, 0)];
  const from = integer(args, 1, 1);
  const start = from < 0 ? Math.max(0, value.length + from) : Math.max(0, from - 1);
  return value.slice(start, start + integer(args, 2, value.length)).join("");
}

function extreme(args: SqlValue[], sign: number): SqlValue {
  const values = args.filter((value) => value !== null);
  if (values.length !== args.length) return null;
  return values.reduce<SqlValue>((best, value) => (best === null || sign * compareValues(value, best) < 0 ? value : best), null);
}

function escapePattern(characters: string): string {
  return characters.replace(/[\\\]^-]/g, "\\$&");
}

function pattern(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch (cause) {
    throw new SqlError(`Invalid regex: ${source}`, { cause });
  }
}

/** osquery's VERSION_COMPARE(a, b) gives -1, 0 or 1; with an operator between them, whether the comparison holds. */
function versionCompare(args: SqlValue[]): SqlValue {
  const operator = /^([<>]=?|==?|!=|<>)$/.exec(text(args, 1))?.[1];
  const order = compareVersions(text(args, 0), text(args, operator ? 2 : 1));
  if (!operator) return BigInt(order);
  const holds = {
    "<": order < 0,
    "<=": order <= 0,
    ">": order > 0,
    ">=": order >= 0,
    "=": order === 0,
    "==": order === 0,
    "!=": order !== 0,
    "<>": order !== 0,
  }[operator];
  return holds ? 1n : 0n;
}

/** Milliseconds since 1970 of a SQLite time value with its modifiers; only those that device checks use. */
function instant(args: SqlValue[], now: number): number {
  const value = args[0] === undefined ? "now" : text(args, 0);
  const modifiers = args.slice(1).map(toText);
  let at = value === "now" ? now : Date.parse(/^\d{4}-/.test(value) ? `${value.replace(" ", "T")}${value.includes(":") ? "Z" : ""}` : "");
  if (modifiers.includes("unixepoch") || modifiers.includes("auto") || /^\d+(\.\d+)?$/.test(value)) at = Number(value) * 1000;
  const unit: Record<string, number> = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000, month: 2_629_800_000, year: 31_557_600_000 };
  for (const modifier of modifiers) {
    const shift = /^([-+]?\d+)\s+(second|minute|hour|day|month|year)s?$/.exec(modifier);
    if (shift) at += Number(shift[1]) * (unit[shift[2] ?? ""] ?? 0);
  }
  if (Number.isNaN(at)) throw new SqlError(`cannot read the time value "${value}"`);
  return at;
}

function formatTime(format: string, at: number): string {
  const iso = new Date(at).toISOString();
  const parts: Record<string, string> = {
    "%s": String(Math.floor(at / 1000)),
    "%Y": iso.slice(0, 4),
    "%m": iso.slice(5, 7),
    "%d": iso.slice(8, 10),
    "%H": iso.slice(11, 13),
    "%M": iso.slice(14, 16),
    "%S": iso.slice(17, 19),
    "%%": "%",
  };
  return format.replace(/%[a-zA-Z%]/g, (part) => parts[part] ?? part);
}
