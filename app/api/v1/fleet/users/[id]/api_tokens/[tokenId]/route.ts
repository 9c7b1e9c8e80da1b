import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { revokeApiToken } from "@/lib/auth/tokens/revoke-api-token";
import { QueryId } from "@/lib/http/list-params";

/** Revokes an API token. */
export const DELETE = adminRoute(
  { route: "DELETE users/:id/api_tokens/:tokenId", params: z.object({ id: QueryId, tokenId: QueryId }) },
  async (ctx, { params }) => {
    await revokeApiToken(ctx, params.id, params.tokenId);
    return {};
  },
);
