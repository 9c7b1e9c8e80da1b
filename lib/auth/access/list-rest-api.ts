import type { ListParams } from "../../http/list-params";
import { catalogue, type CatalogueEntry } from "./catalogue";

/** What the catalogue of routes can be ordered by. */
export const restApiOrderKeys = ["display_name", "method", "path"] as const;

const valueOf: Record<string, (entry: CatalogueEntry) => string> = {
  display_name: (entry) => entry.displayName,
  method: (entry) => entry.method,
  path: (entry) => entry.path,
};

/** The routes that a token can be narrowed to, a page of those that match `query` (in name, method or path), and how many match. By path, unless asked otherwise. */
export function listRestApi({ query, orderKey, orderDirection, after, page, perPage }: ListParams): { entries: CatalogueEntry[]; count: number } {
  const words = query.toLowerCase().split(/\s+/);
  const matching = catalogue.filter(({ displayName, method, path }) => {
    const text = `${method} ${path} ${displayName}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const value = valueOf[orderKey ?? "path"] ?? (() => "");
  const sign = orderDirection === "desc" ? -1 : 1;
  const ordered = matching
    .toSorted((left, right) => sign * value(left).localeCompare(value(right)))
    .filter((entry) => after === null || sign * value(entry).localeCompare(after) > 0);
  return { entries: perPage === null ? ordered : ordered.slice(page * perPage, (page + 1) * perPage), count: matching.length };
}
