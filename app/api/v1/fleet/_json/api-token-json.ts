import { routePair } from "@/lib/auth/access/catalogue";
import type { ApiToken } from "@/lib/auth/tokens/api-token";

/** An API token in the REST API's shape: never the token itself. */
export function toApiTokenJson(token: ApiToken): object {
  return {
    id: token.id,
    user_id: token.userId,
    name: token.name,
    hint: token.hint,
    api_endpoints: token.routes && token.routes.map(routePair),
    created_at: token.createdAt,
    expires_at: token.expiresAt,
    last_used_at: token.lastUsedAt,
    last_used_address: token.lastUsedAddress || null,
  };
}
