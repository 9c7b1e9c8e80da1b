import { z } from "zod";
import { toApiTokenJson } from "@/app/api/v1/fleet/_json/api-token-json";
import { RouteList } from "@/lib/auth/access/read-route-list";
import { adminRoute } from "@/lib/auth/admin-route";
import { createApiToken } from "@/lib/auth/tokens/create-api-token";
import { listApiTokens } from "@/lib/auth/tokens/list-api-tokens";
import { IdParams } from "@/lib/http/list-params";

const TokenBody = z.strictObject({
  name: z.string({ error: "expected a name" }),
  expires_at: z.iso
    .datetime({ offset: true, error: "expected a time such as 2027-01-31T00:00:00Z, or null for a token that doesn't expire" })
    .transform((text) => new Date(text))
    .nullish(),
  api_endpoints: RouteList.nullish(),
});

/** A user's API tokens. */
export const GET = adminRoute({ route: "GET users/:id/api_tokens", params: IdParams }, async (ctx, { params }) => ({
  api_tokens: (await listApiTokens(ctx, params.id)).map(toApiTokenJson),
}));

/** Makes an API token; `token` stands in this answer alone. */
export const POST = adminRoute({ route: "POST users/:id/api_tokens", params: IdParams, body: TokenBody }, async (ctx, { params, body }) => {
  const { name, expires_at: expiresAt, api_endpoints: routes } = body;
  const { apiToken, token } = await createApiToken(ctx, { userId: params.id, name, expiresAt, routes });
  return { api_token: toApiTokenJson(apiToken), token };
});
