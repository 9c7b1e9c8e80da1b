import { createHash } from "node:crypto";
import { routeEntry, routes, type RouteKey } from "./access-table";

/** A route of the REST API as a client or a person narrows a token to it. `path` begins with /api/v1/fleet. */
export interface CatalogueEntry {
  id: number;
  key: RouteKey;
  displayName: string;
  method: string;
  path: string;
  deprecated: boolean;
}

const prefix = "/api/v1/fleet/";

// What ends the caller's session or changes what they sign in with: a leaked token mustn't.
const sessionOnly = new Set<string>(["POST logout", "POST change_password", "POST perform_required_password_reset"]);

/** Every route that a token can be narrowed to, by path and method: those that need a signed-in caller. */
export const catalogue: readonly CatalogueEntry[] = (Object.keys(routes) as RouteKey[])
  .filter((key) => routeEntry(key).access !== "open" && !key.startsWith("ANY ") && !sessionOnly.has(key))
  .map((key) => ({ id: routeId(key), key, displayName: routeEntry(key).name, ...routePair(key), deprecated: false }))
  .toSorted((left, right) => left.path.localeCompare(right.path) || left.method.localeCompare(right.method));

const byId = new Map(catalogue.map((entry) => [entry.id, entry.key]));
const byShape = new Map(catalogue.map((entry) => [routeShape(entry.key), entry.key]));

/** Whether a route is for a caller with a session alone, whatever an API token's user may do. */
export function needsSession(key: RouteKey): boolean {
  return sessionOnly.has(key);
}

/** The method and whole path of a route. */
export function routePair(key: string): { method: string; path: string } {
  const [method = "", path = ""] = key.split(" ");
  return { method, path: prefix + path };
}

/** The route with this number of the catalogue. */
export function findRouteById(id: number): RouteKey | undefined {
  return byId.get(id);
}

/** The route with this method and path, whatever version the path names and however it writes a parameter: `:id`, `{id}` or `:user_id`. */
export function findRouteByPair(method: string, path: string): RouteKey | undefined {
  const below = path.replace(/^\/?api\/(?:v1|2022-04|latest)\/fleet\//, "").replace(/^\//, "");
  return byShape.get(routeShape(`${method.toUpperCase()} ${below}`));
}

/** A number that a route keeps when others come and go, and when its parameters are renamed. */
export function routeId(key: string): number {
  return createHash("sha256").update(routeShape(key)).digest().readUInt32BE(0) & 0x7fff_ffff || 1;
}

// The same thing has two names at the edge, so its path has too.
function routeShape(key: string): string {
  return key
    .replace(/\/$/, "")
    .replace(/\{[^/}]*\}|:[^/]+/g, ":")
    .replace(/ spec\/fleets(?=\/|$)/, " spec/teams")
    .replace(/ (?:fleets|team)(?=\/|$)/, " teams")
    .replace(/ global\/policies(?=\/|$)/, " policies");
}
