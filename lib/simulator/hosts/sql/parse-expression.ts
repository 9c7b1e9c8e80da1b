import type { SqlExpression } from "./sql-syntax";
import type { SqlTokens } from "./sql-tokens";

/** Binary operators by how tightly they bind, loosest first, as SQLite documents them; AND, OR and the comparisons are handled apart. */
const LEVELS: string[][] = [["<", "<=", ">", ">="], ["&", "|", "<<", ">>"], ["+", "-"], ["*", "/", "%"], ["||"]];

/** Reads one expression. @throws SqlError */
export function parseExpression(tokens: SqlTokens): SqlExpression {
  let left = parseAnd(tokens);
  while (tokens.takeWord("OR")) left = { kind: "binary", operator: "OR", left, right: parseAnd(tokens) };
  return left;
}

function parseAnd(tokens: SqlTokens): SqlExpression {
  let left = parseNot(tokens);
  while (tokens.takeWord("AND")) left = { kind: "binary", operator: "AND", left, right: parseNot(tokens) };
  return left;
}

function parseNot(tokens: SqlTokens): SqlExpression {
  if (tokens.isWord("NOT") && !tokens.isWord("EXISTS", 1)) {
    tokens.advance();
    return { kind: "unary", operator: "NOT", operand: parseNot(tokens) };
  }
  return parseEquality(tokens);
}

function parseEquality(tokens: SqlTokens): SqlExpression {
  let left = parseLevel(tokens, 0);
  for (;;) {
    const symbol = tokens.peek(0);
    if (["=", "==", "!=", "<>"].includes(symbol)) {
      tokens.advance();
      const operator = symbol === "==" ? "=" : symbol === "<>" ? "!=" : symbol;
      left = { kind: "binary", operator, left, right: parseLevel(tokens, 0) };
      continue;
    }
    if (tokens.takeWord("ISNULL")) left = isNull(left, false);
    else if (tokens.takeWord("NOTNULL")) left = isNull(left, true);
    else if (tokens.takeWord("IS")) {
      const negated = tokens.takeWord("NOT");
      left = { kind: "binary", operator: negated ? "IS NOT" : "IS", left, right: parseLevel(tokens, 0) };
    } else {
      const negated = tokens.isWord("NOT") && ["IN", "LIKE", "GLOB", "REGEXP", "BETWEEN", "NULL"].some((word) => tokens.isWord(word, 1));
      if (negated) tokens.advance();
      if (negated && tokens.takeWord("NULL")) left = isNull(left, true);
      else if (tokens.takeWord("IN")) left = parseIn(tokens, left, negated);
      else if (tokens.takeWord("BETWEEN")) {
        const low = parseLevel(tokens, 0);
        tokens.expectWord("AND");
        left = { kind: "between", operand: left, low, high: parseLevel(tokens, 0), negated };
      } else if (tokens.isWord("LIKE") || tokens.isWord("GLOB") || tokens.isWord("REGEXP")) {
        const operator = tokens.advance().text.toUpperCase();
        const pattern = parseLevel(tokens, 0);
        const escape = tokens.takeWord("ESCAPE") ? parseLevel(tokens, 0) : null;
        left = { kind: "like", operator, operand: left, pattern, escape, negated };
      } else return left;
    }
  }
}

function isNull(operand: SqlExpression, negated: boolean): SqlExpression {
  return { kind: "binary", operator: negated ? "IS NOT" : "IS", left: operand, right: { kind: "literal", value: null } };
}

function parseIn(tokens: SqlTokens, operand: SqlExpression, negated: boolean): SqlExpression {
  tokens.expect("(");
  if (tokens.isWord("SELECT") || tokens.isWord("WITH")) {
    const select = tokens.parseSelect(tokens);
    tokens.expect(")");
    return { kind: "in", operand, list: null, select, negated };
  }
  const list: SqlExpression[] = [];
  if (!tokens.take(")")) {
    do list.push(parseExpression(tokens));
    while (tokens.take(","));
    tokens.expect(")");
  }
  return { kind: "in", operand, list, select: null, negated };
}

function parseLevel(tokens: SqlTokens, level: number): SqlExpression {
  const operators = LEVELS[level];
  if (!operators) return parseUnary(tokens);
  let left = parseLevel(tokens, level + 1);
  while (operators.includes(tokens.peek(0))) {
    const operator = tokens.advance().text;
    left = { kind: "binary", operator, left, right: parseLevel(tokens, level + 1) };
  }
  return left;
}

function parseUnary(tokens: SqlTokens): SqlExpression {
  for (const operator of ["-", "+", "~"]) if (tokens.take(operator)) return { kind: "unary", operator, operand: parseUnary(tokens) };
  let operand = parsePrimary(tokens);
  while (tokens.takeWord("COLLATE")) operand = { kind: "collate", operand, collation: tokens.name().toLowerCase() };
  return operand;
}

function parsePrimary(tokens: SqlTokens): SqlExpression {
  const token = tokens.current();
  if (token.kind === "number") {
    tokens.advance();
    const whole = /^(\d+|0[xX][0-9a-fA-F]+)$/.test(token.text);
    return { kind: "literal", value: whole ? BigInt(token.text) : Number(token.text) };
  }
  if (token.kind === "text") {
    tokens.advance();
    return { kind: "literal", value: token.text };
  }
  if (tokens.take("(")) {
    const inner: SqlExpression =
      tokens.isWord("SELECT") || tokens.isWord("WITH") ? { kind: "subselect", select: tokens.parseSelect(tokens) } : parseExpression(tokens);
    tokens.expect(")");
    return inner;
  }
  if (tokens.isWord("NOT") && tokens.isWord("EXISTS", 1)) {
    tokens.advance();
    return { kind: "unary", operator: "NOT", operand: parsePrimary(tokens) };
  }
  if (tokens.takeWord("EXISTS")) {
    tokens.expect("(");
    const select = tokens.parseSelect(tokens);
    tokens.expect(")");
    return { kind: "exists", select };
  }
  if (tokens.takeWord("NULL")) return { kind: "literal", value: null };
  if (tokens.takeWord("CASE")) return parseCase(tokens);
  if (tokens.takeWord("CAST")) {
    tokens.expect("(");
    const operand = parseExpression(tokens);
    tokens.expectWord("AS");
    const type = tokens.name().toUpperCase();
    tokens.expect(")");
    return { kind: "cast", operand, type };
  }
  return parseNameOrCall(tokens);
}

function parseCase(tokens: SqlTokens): SqlExpression {
  const base = tokens.isWord("WHEN") ? null : parseExpression(tokens);
  const whens: { when: SqlExpression; result: SqlExpression }[] = [];
  while (tokens.takeWord("WHEN")) {
    const when = parseExpression(tokens);
    tokens.expectWord("THEN");
    whens.push({ when, result: parseExpression(tokens) });
  }
  const otherwise = tokens.takeWord("ELSE") ? parseExpression(tokens) : null;
  tokens.expectWord("END");
  return { kind: "case", base, whens, otherwise };
}

function parseNameOrCall(tokens: SqlTokens): SqlExpression {
  const quoted = tokens.current().kind === "quoted";
  // LIKE(), GLOB() and REPLACE() style calls of a reserved word are legal too
  if (tokens.isReserved() && tokens.peek(1) !== "(") throw tokens.unexpected();
  if (tokens.current().kind !== "word" && !quoted) throw tokens.unexpected();
  const first = tokens.advance().text;
  if (!quoted && tokens.take("(")) {
    if (tokens.take("*")) {
      tokens.expect(")");
      return { kind: "call", name: first.toLowerCase(), args: [], star: true, distinct: false };
    }
    const distinct = tokens.takeWord("DISTINCT");
    const args: SqlExpression[] = [];
    if (!tokens.take(")")) {
      do args.push(parseExpression(tokens));
      while (tokens.take(","));
      tokens.expect(")");
    }
    return { kind: "call", name: first.toLowerCase(), args, star: false, distinct };
  }
  if (!quoted && /^(true|false)$/i.test(first)) return { kind: "literal", value: first.toLowerCase() === "true" ? 1n : 0n };
  if (!tokens.take(".")) return { kind: "column", table: null, name: first, quoted };
  return { kind: "column", table: first, name: tokens.name(), quoted: false };
}
