import { SqlError } from "./sql-values";
import type { SqlSelect } from "./sql-syntax";
import type { SqlToken } from "./tokenize-sql";

/** Words that end an expression or a source, so they are never an alias without AS. */
const RESERVED = new Set(
  (
    "SELECT FROM WHERE GROUP ORDER BY HAVING LIMIT OFFSET UNION INTERSECT EXCEPT JOIN LEFT INNER CROSS OUTER NATURAL ON USING AS AND OR NOT IN IS NULL LIKE GLOB REGEXP MATCH " +
    "BETWEEN CASE WHEN THEN ELSE END COLLATE ESCAPE DISTINCT ALL ASC DESC EXISTS CAST WITH VALUES ISNULL NOTNULL"
  ).split(" "),
);

/** A cursor over the tokens of one statement. Errors carry SQLite's wording. */
export class SqlTokens {
  private at = 0;
  constructor(
    private readonly sql: string,
    private readonly tokens: readonly SqlToken[],
    /** Reads a nested SELECT; given from outside because expressions and selects contain each other. */
    readonly parseSelect: (tokens: SqlTokens) => SqlSelect,
  ) {}

  private token(ahead = 0): SqlToken {
    const token = this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)];
    if (!token) throw new SqlError("incomplete input");
    return token;
  }

  current(): SqlToken {
    return this.token();
  }

  advance(): SqlToken {
    const token = this.token();
    this.at++;
    return token;
  }

  atEnd(): boolean {
    return this.token().kind === "end";
  }

  peek(ahead: number): string {
    const token = this.token(ahead);
    return token.kind === "symbol" ? token.text : "";
  }

  take(symbol: string): boolean {
    const token = this.token();
    if (token.kind !== "symbol" || token.text !== symbol) return false;
    this.at++;
    return true;
  }

  expect(symbol: string): void {
    if (!this.take(symbol)) throw this.unexpected();
  }

  isWord(word: string, ahead = 0): boolean {
    const token = this.token(ahead);
    return token.kind === "word" && token.text.toUpperCase() === word;
  }

  takeWord(word: string): boolean {
    if (!this.isWord(word)) return false;
    this.at++;
    return true;
  }

  expectWord(word: string): void {
    if (!this.takeWord(word)) throw this.unexpected();
  }

  /** A table, column or alias name. An alias may also stand in single quotes. */
  name(allowText = false): string {
    const token = this.token();
    const fits = token.kind === "quoted" || (allowText && token.kind === "text") || (token.kind === "word" && !RESERVED.has(token.text.toUpperCase()));
    if (!fits) throw this.unexpected();
    this.at++;
    return token.text;
  }

  takeAlias(): string | null {
    const token = this.token();
    const fits = token.kind === "quoted" || token.kind === "text" || (token.kind === "word" && !RESERVED.has(token.text.toUpperCase()));
    if (!fits) return null;
    this.at++;
    return token.text;
  }

  isReserved(): boolean {
    const token = this.token();
    return token.kind === "word" && RESERVED.has(token.text.toUpperCase());
  }

  position(): number {
    return this.token().start;
  }

  /** The statement's own text from `start` to the last token read: SQLite names an unnamed column so. */
  textSince(start: number): string {
    return this.sql.slice(start, this.tokens[this.at - 1]?.end ?? start);
  }

  unexpected(): SqlError {
    const token = this.token();
    return new SqlError(token.kind === "end" ? "incomplete input" : `near "${token.text}": syntax error`);
  }
}
