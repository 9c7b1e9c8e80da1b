import { parseExpression } from "./parse-expression";
import { SqlTokens } from "./sql-tokens";
import { tokenizeSql } from "./tokenize-sql";
import type { SqlColumn, SqlCore, SqlSelect, SqlSource } from "./sql-syntax";

/** Reads one SELECT statement. @throws SqlError with SQLite's words when it is not one. */
export function parseSql(sql: string): SqlSelect {
  const tokens = new SqlTokens(sql, tokenizeSql(sql), parseSelect);
  const select = parseSelect(tokens);
  while (tokens.take(";"));
  if (!tokens.atEnd()) throw tokens.unexpected();
  return select;
}

function parseSelect(tokens: SqlTokens): SqlSelect {
  const select: SqlSelect = { with: [], cores: [], orderBy: [], limit: null, offset: null };
  if (tokens.takeWord("WITH")) {
    do {
      const name = tokens.name();
      const columns = tokens.take("(") ? namesUntilClose(tokens) : [];
      tokens.expectWord("AS");
      tokens.expect("(");
      select.with.push({ name, columns, select: parseSelect(tokens) });
      tokens.expect(")");
    } while (tokens.take(","));
  }
  select.cores.push({ operator: "first", core: parseCore(tokens) });
  for (;;) {
    if (tokens.takeWord("UNION")) select.cores.push({ operator: tokens.takeWord("ALL") ? "union all" : "union", core: parseCore(tokens) });
    else if (tokens.takeWord("INTERSECT")) select.cores.push({ operator: "intersect", core: parseCore(tokens) });
    else if (tokens.takeWord("EXCEPT")) select.cores.push({ operator: "except", core: parseCore(tokens) });
    else break;
  }
  if (tokens.takeWord("ORDER")) {
    tokens.expectWord("BY");
    do {
      const expression = parseExpression(tokens);
      const descending = tokens.takeWord("DESC");
      if (!descending) tokens.takeWord("ASC");
      if (tokens.takeWord("NULLS")) tokens.name();
      select.orderBy.push({ expression, descending });
    } while (tokens.take(","));
  }
  if (tokens.takeWord("LIMIT")) {
    select.limit = parseExpression(tokens);
    if (tokens.takeWord("OFFSET")) select.offset = parseExpression(tokens);
    else if (tokens.take(",")) {
      select.offset = select.limit;
      select.limit = parseExpression(tokens);
    }
  }
  return select;
}

function parseCore(tokens: SqlTokens): SqlCore {
  if (tokens.takeWord("VALUES")) {
    tokens.expect("(");
    const columns: SqlColumn[] = [];
    do columns.push({ star: false, expression: parseExpression(tokens), name: `column${columns.length + 1}` });
    while (tokens.take(","));
    tokens.expect(")");
    return { distinct: false, columns, from: [], where: null, groupBy: [], having: null };
  }
  tokens.expectWord("SELECT");
  const core: SqlCore = { distinct: tokens.takeWord("DISTINCT"), columns: [], from: [], where: null, groupBy: [], having: null };
  if (!core.distinct) tokens.takeWord("ALL");
  do core.columns.push(parseColumn(tokens));
  while (tokens.take(","));
  if (tokens.takeWord("FROM")) core.from = parseSources(tokens);
  if (tokens.takeWord("WHERE")) core.where = parseExpression(tokens);
  if (tokens.takeWord("GROUP")) {
    tokens.expectWord("BY");
    do core.groupBy.push(parseExpression(tokens));
    while (tokens.take(","));
  }
  if (tokens.takeWord("HAVING")) core.having = parseExpression(tokens);
  return core;
}

function parseColumn(tokens: SqlTokens): SqlColumn {
  if (tokens.take("*")) return { star: true, table: null };
  if (tokens.peek(1) === "." && tokens.peek(2) === "*") {
    const table = tokens.name();
    tokens.expect(".");
    tokens.expect("*");
    return { star: true, table };
  }
  const start = tokens.position();
  const expression = parseExpression(tokens);
  const text = tokens.textSince(start);
  const alias = tokens.takeWord("AS") ? tokens.name(true) : tokens.takeAlias();
  return { star: false, expression, name: alias ?? (expression.kind === "column" ? expression.name : text) };
}

function parseSources(tokens: SqlTokens): SqlSource[] {
  const sources = [...parseSource(tokens)];
  for (;;) {
    let left = false;
    const natural = tokens.takeWord("NATURAL");
    if (tokens.take(",")) {
      sources.push(...parseSource(tokens));
      continue;
    }
    if (tokens.takeWord("LEFT")) {
      left = true;
      tokens.takeWord("OUTER");
    } else if (!tokens.takeWord("CROSS")) tokens.takeWord("INNER");
    if (!tokens.takeWord("JOIN")) return sources;
    const [source, ...rest] = parseSource(tokens);
    if (!source) throw tokens.unexpected();
    source.left = left;
    source.natural = natural;
    if (tokens.takeWord("ON")) source.on = parseExpression(tokens);
    else if (tokens.takeWord("USING")) {
      tokens.expect("(");
      source.using = namesUntilClose(tokens);
    }
    sources.push(source, ...rest);
  }
}

function parseSource(tokens: SqlTokens): SqlSource[] {
  const source: SqlSource = { table: null, select: null, alias: "", left: false, natural: false, on: null, using: [] };
  if (tokens.take("(")) {
    if (!tokens.isWord("SELECT") && !tokens.isWord("WITH") && !tokens.isWord("VALUES")) {
      const sources = parseSources(tokens);
      tokens.expect(")");
      return sources;
    }
    source.select = parseSelect(tokens);
    tokens.expect(")");
  } else {
    source.table = tokens.name();
    if (tokens.take(".")) source.table = tokens.name();
  }
  source.alias = (tokens.takeWord("AS") ? tokens.name() : tokens.takeAlias()) ?? source.table ?? "";
  return [source];
}

function namesUntilClose(tokens: SqlTokens): string[] {
  const names: string[] = [];
  do names.push(tokens.name());
  while (tokens.take(","));
  tokens.expect(")");
  return names;
}
