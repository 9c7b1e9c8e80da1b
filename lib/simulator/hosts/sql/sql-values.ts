/** A value of SQLite as osquery uses it: integers are bigint, reals are number, so that `7 / 2` stays 3 and `7 / 2.0` becomes 3.5. */
export type SqlValue = bigint | number | string | null;

/** A statement osquery would refuse: the message is what osqueryd sends back in `messages`. */
export class SqlError extends Error {
  override name = "SqlError";
}

/** The text osquery prints for a value; NULL is the empty string. */
export function toText(value: SqlValue): string {
  if (value === null) return "";
  if (typeof value === "number") return Number.isInteger(value) ? value.toFixed(1) : String(value);
  return String(value);
}

/** SQLite's reading of a number at the start of a text; null gives null, no number gives 0. */
export function toNumber(value: SqlValue): bigint | number | null {
  if (typeof value !== "string") return value;
  const match = /^\s*[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?/.exec(value);
  if (!match) return 0n;
  return parseNumber(match[0].trim());
}

/** The whole text as a number, or null when it is not one. */
export function wholeNumber(text: string): bigint | number | null {
  return /^\s*[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?\s*$/.test(text) ? parseNumber(text.trim()) : null;
}

function parseNumber(text: string): bigint | number {
  return /^[-+]?\d+$/.test(text) ? BigInt(text.replace(/^\+/, "")) : Number(text);
}

export function isTrue(value: SqlValue): boolean {
  const number = toNumber(value);
  return number !== null && Number(number) !== 0;
}

export function fromBoolean(value: boolean | null): SqlValue {
  return value === null ? null : value ? 1n : 0n;
}

/** Order of two non-null values: numbers before texts; `nocase` and `version` as osquery's collations of those names. */
export function compareValues(left: bigint | number | string, right: bigint | number | string, collation = "binary"): number {
  const leftIsText = typeof left === "string";
  const rightIsText = typeof right === "string";
  if (leftIsText !== rightIsText) return leftIsText ? 1 : -1;
  if (leftIsText && rightIsText) {
    if (collation.startsWith("version")) return compareVersions(left, right);
    const [a, b] = collation === "nocase" ? [left.toLowerCase(), right.toLowerCase()] : [left, right];
    return a < b ? -1 : a > b ? 1 : 0;
  }
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Versions part by part: digits as numbers, everything else as text; a missing part is the smallest. */
export function compareVersions(left: string, right: string): number {
  const a = left.match(/\d+|[A-Za-z]+/g) ?? [];
  const b = right.match(/\d+|[A-Za-z]+/g) ?? [];
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const x = a[i] ?? "";
    const y = b[i] ?? "";
    const numeric = /^\d*$/.test(x) && /^\d*$/.test(y);
    const order = numeric ? Number(x) - Number(y) : x < y ? -1 : x > y ? 1 : 0;
    if (order !== 0) return Math.sign(order);
  }
  return 0;
}
