import type { Exchange } from "./exchange";

/** A property bag, as OData lists them. */
export type Entity = Record<string, unknown>;

/** Thrown by the readers here: the text says what of the query can't be taken. */
export class BadQueryError extends Error {}

const mostAlternatives = 15;

/** Reads a `$filter` of `eq`, `ne`, `in` and `startswith` terms joined by `and`, those by `or`; the answer tests one entity. As in Graph, 15 alternatives are the most. */
export function readFilter(filter: string): (entity: Entity) => boolean {
  const alternatives = splitOn(filter, "or").map((branch) => splitOn(branch, "and").map((term) => readTerm(term.trim())));
  const clauses = Math.max(
    alternatives.length,
    ...filter
      .split(/ in \(/i)
      .slice(1)
      .map((list) => splitOn(list.slice(0, list.indexOf(")")), ",").length),
  );
  if (clauses > mostAlternatives) {
    throw new BadQueryError(
      `Too many child clauses specified in search filter expression containing 'OR' operators: ${clauses}. Max allowed: ${mostAlternatives}.`,
    );
  }
  return (entity) => alternatives.some((terms) => terms.every((passes) => passes(entity)));
}

/** The parts between a word, or a comma, that stands outside quotes. */
function splitOn(text: string, separator: "and" | "or" | ","): string[] {
  const mark = separator === "," ? "," : ` ${separator} `;
  const parts: string[] = [];
  let quoted = false;
  let start = 0;
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === "'") quoted = !quoted; // a doubled quote flips twice, which is right
    if (!quoted && text.slice(i, i + mark.length).toLowerCase() === mark) {
      parts.push(text.slice(start, i));
      start = i + mark.length;
      i += mark.length - 1;
    }
  }
  return [...parts, text.slice(start)];
}

function readTerm(term: string): (entity: Entity) => boolean {
  const starts = /^startswith\(\s*(\w+)\s*,\s*'((?:[^']|'')*)'\s*\)$/i.exec(term);
  if (starts) {
    const [, name = "", prefix = ""] = starts;
    const wanted = unquote(prefix).toLowerCase();
    return (entity) =>
      String(entity[name] ?? "")
        .toLowerCase()
        .startsWith(wanted);
  }
  const listed = /^(\w+)\s+in\s+\((.*)\)$/i.exec(term);
  if (listed) {
    const [, name = "", list = ""] = listed;
    const wanted = new Set(splitOn(list, ",").map((text) => unquote(text.trim().replace(/^'|'$/g, "")).toLowerCase()));
    return (entity) => wanted.has(String(entity[name] ?? "").toLowerCase());
  }
  const compared = /^(\w+)\s+(eq|ne)\s+(?:'((?:[^']|'')*)'|(true|false|null))$/i.exec(term);
  if (!compared) throw new BadQueryError(`Invalid filter clause: '${term}'.`);
  const [, name = "", operator = "", text, word] = compared;
  const equal = (entity: Entity) => {
    const value = entity[name] ?? null;
    if (word !== undefined) return String(value) === word.toLowerCase();
    return String(value ?? "").toLowerCase() === unquote(text ?? "").toLowerCase();
  };
  return operator.toLowerCase() === "eq" ? equal : (entity) => !equal(entity);
}

const unquote = (text: string) => text.replaceAll("''", "'");

/** Reads a `$search` such as `"displayName:device trust"`: every word begins a word of the property. */
export function readSearch(search: string): (entity: Entity) => boolean {
  const match = /^"(\w+):([^"]*)"$/.exec(search.trim());
  if (!match) throw new BadQueryError(`Syntax error in $search: ${search}. Expected "property:words".`);
  const [, name = "", words = ""] = match;
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return (entity) => {
    const present = String(entity[name] ?? "")
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u);
    return wanted.every((prefix) => present.some((word) => word.startsWith(prefix)));
  };
}

/** One page of a collection: `$filter`, `$search`, `$select`, `$top`, and `@odata.nextLink` for what is left. */
export function answerCollection(exchange: Exchange, all: Entity[], { context }: { context: string }): Entity {
  const query = exchange.url.searchParams;
  const filter = query.get("$filter");
  const search = query.get("$search");
  if (search !== null && String(exchange.headers.consistencylevel ?? "").toLowerCase() !== "eventual") {
    throw new BadQueryError("Request with $search query parameter only works with the header ConsistencyLevel: eventual.");
  }
  let found = all;
  if (filter !== null) found = found.filter(readFilter(filter));
  if (search !== null) found = found.filter(readSearch(search));
  const top = Number(query.get("$top") ?? "100");
  if (!Number.isInteger(top) || top < 1 || top > 999) throw new BadQueryError(`Invalid value '${query.get("$top") ?? ""}' for $top. Expected 1 to 999.`);
  const from = Number(query.get("$skiptoken") ?? "0");
  const value = found.slice(from, from + top).map((entity) => select(entity, query.get("$select")));
  const answer: Entity = { "@odata.context": `${exchange.simulator.addresses.graph}/v1.0/$metadata#${context}`, value };
  if (query.get("$count") === "true") answer["@odata.count"] = found.length;
  if (from + top < found.length) {
    const next = new URL(exchange.url);
    next.searchParams.set("$skiptoken", String(from + top));
    answer["@odata.nextLink"] = next.href;
  }
  return answer;
}

/** The chosen properties of an entity. */
export function select(entity: Entity, chosen: string | null): Entity {
  if (!chosen) return entity;
  const names = chosen.split(",").map((name) => name.trim());
  return Object.fromEntries(names.filter((name) => name in entity).map((name) => [name, entity[name]]));
}
