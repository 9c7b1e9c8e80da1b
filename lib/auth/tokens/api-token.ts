/** An API token as it may be shown: never the token, never its hash. `hint`: its last four characters. `routes` null: all that its user may call. */
export interface ApiToken {
  id: number;
  userId: number;
  name: string;
  hint: string;
  routes: string[] | null;
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  /** Where it was last used from; empty before. */
  lastUsedAddress: string;
}

/** What an activity says about a token: what it is called, and nothing of what it is. */
export function tokenDetails({ id, name }: ApiToken): Record<string, unknown> {
  return { api_token_id: id, api_token_name: name };
}
