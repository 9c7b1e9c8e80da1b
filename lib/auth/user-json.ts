import type { UserRow } from "./user-queries";

/** A user in the REST API's shape. Roles on single teams don't exist yet, so `teams` is empty. */
export function toUserJson(user: UserRow): object {
  return {
    id: user.id,
    name: user.name,
    email: user.email,
    created_at: user.createdAt,
    updated_at: user.updatedAt,
    force_password_reset: false,
    gravatar_url: "",
    sso_enabled: false,
    mfa_enabled: false,
    api_only: user.apiOnly,
    global_role: user.globalRole === "none" ? null : user.globalRole,
    teams: [],
  };
}
