import { z } from "zod";
import type { RouteKey } from "./access-table";
import { findRouteById, findRouteByPair } from "./catalogue";

const NamedRoute = z.union([z.number().int(), z.strictObject({ method: z.string().max(10), path: z.string().max(300) })], {
  error: "expected a route's number, or its {method, path}",
});

/**
 * A list of routes as a client sends it, each by its number or by `{method, path}` of the catalogue; read as keys of the access table, without repeats.
 * An empty list is refused: it would allow nothing, and reads like "no limit".
 */
export const RouteList = z
  .array(
    NamedRoute.transform((named, check): RouteKey => {
      const key = typeof named === "number" ? findRouteById(named) : findRouteByPair(named.method, named.path);
      if (key) return key;
      check.addIssue({ code: "custom", message: "isn't a route that a token can be narrowed to; GET rest_api lists them" });
      return z.NEVER;
    }),
    { error: "expected a list of routes, or null for all that the role allows" },
  )
  .min(1, "needs at least one route; null allows all that the role allows")
  .max(500, "may have at most 500 routes")
  .transform((keys) => [...new Set(keys)].toSorted());
