/** What a page reads from its address: each parameter once. */
export type SearchParams = Record<string, string | string[] | undefined>;

/** One parameter's text; empty when it is absent, the first when it is repeated. NUL, which no text of ours holds, is left out. */
export function param(given: SearchParams, name: string): string {
  const value = given[name];
  return ((Array.isArray(value) ? value[0] : value) ?? "").replaceAll("\u0000", "");
}

/** A parameter that is a whole number of at most nine digits, or undefined. */
export function numberParam(given: SearchParams, name: string): number | undefined {
  const value = param(given, name);
  return /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}

/** One of the given words, or the fallback. */
export function wordParam<Word extends string>(given: SearchParams, name: string, words: readonly Word[], fallback: Word): Word {
  const value = param(given, name);
  return words.find((word) => word === value) ?? fallback;
}

/** The address of `path` with the present parameters and some changed; null or empty takes one away. A change begins the list at its first page. */
export function withParams(path: string, given: SearchParams, changes: Record<string, string | number | null>): string {
  const next = new URLSearchParams();
  for (const name of Object.keys(given)) if (param(given, name)) next.set(name, param(given, name));
  if (!("page" in changes)) next.delete("page");
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") next.delete(name);
    else next.set(name, String(value));
  }
  const query = next.toString();
  return query ? `${path}?${query}` : path;
}
