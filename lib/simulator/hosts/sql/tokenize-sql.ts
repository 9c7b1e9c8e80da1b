import { SqlError } from "./sql-values";

export interface SqlToken {
  kind: "word" | "quoted" | "text" | "number" | "symbol" | "end";
  /** Words keep their case; quoted names and texts are without their quotes. */
  text: string;
  start: number;
  end: number;
}

const PATTERN =
  /(?<space>\s+|--[^\n]*|\/\*[\s\S]*?\*\/)|(?<text>'(?:[^']|'')*')|(?<quoted>"(?:[^"]|"")*"|`[^`]*`|\[[^\]]*\])|(?<number>0[xX][0-9a-fA-F]+|\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?)|(?<word>[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)|(?<symbol>\|\||<<|>>|<=|>=|<>|!=|==|[-+*/%(),.;<>=&|~])/uy;

/** Splits one SQL statement. @throws SqlError at the first character that starts nothing SQLite knows. */
export function tokenizeSql(sql: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  const pattern = new RegExp(PATTERN);
  let at = 0;
  while (at < sql.length) {
    pattern.lastIndex = at;
    const groups = pattern.exec(sql)?.groups;
    if (!groups) throw new SqlError(`unrecognized token: "${sql.slice(at, at + 12)}"`);
    const end = pattern.lastIndex;
    const raw = sql.slice(at, end);
    if (groups.text !== undefined) tokens.push({ kind: "text", text: raw.slice(1, -1).replaceAll("''", "'"), start: at, end });
    else if (groups.quoted !== undefined) tokens.push({ kind: "quoted", text: raw.slice(1, -1).replaceAll('""', '"'), start: at, end });
    else if (groups.number !== undefined) tokens.push({ kind: "number", text: raw, start: at, end });
    else if (groups.word !== undefined) tokens.push({ kind: "word", text: raw, start: at, end });
    else if (groups.symbol !== undefined) tokens.push({ kind: "symbol", text: raw, start: at, end });
    at = end;
  }
  tokens.push({ kind: "end", text: "", start: sql.length, end: sql.length });
  return tokens;
}
