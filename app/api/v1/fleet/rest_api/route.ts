import { listRestApi, restApiOrderKeys } from "@/lib/auth/access/list-rest-api";
import { adminRoute } from "@/lib/auth/admin-route";
import { listMeta, listQuery } from "@/lib/http/list-params";

/** The routes that a token, or an API-only user, can be narrowed to. */
export const GET = adminRoute({ route: "GET rest_api", query: listQuery(restApiOrderKeys, {}) }, async (_ctx, { query }) => {
  const { entries, count } = listRestApi(query.list);
  const api_endpoints = entries.map(({ id, displayName, method, path, deprecated }) => ({ id, display_name: displayName, method, path, deprecated }));
  return { api_endpoints, meta: listMeta(query.list, count), count };
});
