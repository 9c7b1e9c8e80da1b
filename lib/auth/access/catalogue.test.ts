import { expect, test } from "vitest";
import { routes, type RouteKey } from "./access-table";
import { catalogue, findRouteById, findRouteByPair, needsSession, routeId } from "./catalogue";
import { listRestApi } from "./list-rest-api";
import { RouteList } from "./read-route-list";

const list = { page: 0, perPage: null, orderKey: null, orderDirection: "asc" as const, after: null, query: "" };

test("every route of the access table that a token can call is in the catalogue, under a number of its own", () => {
  const keys = (Object.keys(routes) as RouteKey[]).filter((key) => routes[key].access !== "open" && key !== "ANY *" && !needsSession(key));
  expect(catalogue.map(({ key }) => key).toSorted()).toEqual(keys.toSorted());
  expect(new Set(catalogue.map(({ id }) => id)).size).toBe(keys.length);
  for (const { id, key, method, path } of catalogue) {
    expect(id).toBeGreaterThan(0);
    expect(id).toBeLessThan(2 ** 31);
    expect(findRouteById(id)).toBe(key);
    expect(findRouteByPair(method, path)).toBe(key);
  }
});

test("a route's number hangs on its method and path alone, so it stays when others come and go", () => {
  expect(routeId("GET hosts")).toBe(1_239_873_221);
  expect(routeId("PATCH policies/:id")).toBe(routeId("PATCH policies/:policyId"));
  expect(routeId("GET policies/:id")).not.toBe(routeId("PATCH policies/:id"));
});

test.each([
  ["GET", "/api/v1/fleet/hosts/:id"],
  ["get", "/api/latest/fleet/hosts/{host_id}"],
  ["GET", "/api/2022-04/fleet/hosts/:host_id/"],
  ["GET", "hosts/:id"],
])("%s %s names the route of one host", (method, path) => {
  expect(findRouteByPair(method, path)).toBe("GET hosts/:id");
});

test("a path under its other name is the same route", () => {
  expect(findRouteByPair("GET", "/api/v1/fleet/fleets/:id")).toBe("GET teams/:id");
  expect(findRouteByPair("POST", "/api/v1/fleet/team/:id/policies")).toBe("POST teams/:id/policies");
  expect(findRouteByPair("GET", "/api/v1/fleet/global/policies/:id")).toBe("GET policies/:id");
});

test.each([
  ["POST", "/api/v1/fleet/login"],
  ["POST", "/api/v1/fleet/logout"],
  ["POST", "/api/v1/fleet/change_password"],
  ["ANY", "/api/v1/fleet/*"],
  ["GET", "/api/v1/fleet/nothing"],
  ["GET", "/api/osquery/config"],
])("%s %s isn't one that a token can be narrowed to", (method, path) => {
  expect(findRouteByPair(method, path)).toBeUndefined();
});

test("a list of numbers and pairs is read as keys, each once", () => {
  const given = [routeId("GET hosts/:id"), { method: "GET", path: "/api/v1/fleet/hosts/:id" }, { method: "GET", path: "/api/v1/fleet/hosts" }];
  expect(RouteList.parse(given)).toEqual(["GET hosts", "GET hosts/:id"]);
});

test.each([
  { given: [], reason: "needs at least one route" },
  { given: "GET hosts", reason: "expected a list of routes" },
  { given: ["GET hosts"], reason: "expected a route's number" },
  { given: [{ method: "GET" }], reason: "expected a route's number" },
  { given: [{ method: "GET", path: "hosts", extra: 1 }], reason: 'Unrecognized key: "extra"' },
  { given: [1.5], reason: "expected a route's number" },
  { given: [1], reason: "isn't a route" },
  { given: [{ method: "POST", path: "/api/v1/fleet/login" }], reason: "isn't a route" },
])("$given is refused: $reason", ({ given, reason }) => {
  const problem = RouteList.safeParse(given).error?.issues[0]?.message;
  expect(problem).toContain(reason);
});

test("the catalogue is searched by name, method and path, ordered and paged", () => {
  expect(listRestApi(list).count).toBe(catalogue.length);
  const found = listRestApi({ ...list, query: "delete host" });
  expect(found.entries.map(({ key }) => key)).toContain("DELETE hosts/:id");
  expect(found.entries.every(({ method, path, displayName }) => /delete/i.test(`${method} ${path} ${displayName}`))).toBe(true);
  expect(listRestApi({ ...list, query: "no such thing" })).toEqual({ entries: [], count: 0 });
  const [first, second] = [listRestApi({ ...list, perPage: 3 }), listRestApi({ ...list, perPage: 3, page: 1 })];
  expect([...first.entries, ...second.entries]).toEqual(catalogue.slice(0, 6));
  const names = listRestApi({ ...list, orderKey: "display_name", orderDirection: "desc" }).entries.map(({ displayName }) => displayName);
  expect(names).toEqual(names.toSorted((left, right) => right.localeCompare(left)));
});
