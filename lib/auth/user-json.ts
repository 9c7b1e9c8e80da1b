import { routePair } from "./access/catalogue";
import type { RouteKey } from "./access/access-table";
import type { User } from "./users/user";

/**
 * A user in the REST API's shape. `api_endpoints` comes for API-only users: null when they may call all that their role allows. `disabled` and
 * `last_signed_in_at` are ours.
 */
export function toUserJson(user: User): object {
  return {
    id: user.id,
    name: user.name,
    email: user.email,
    created_at: user.createdAt,
    updated_at: user.updatedAt,
    force_password_reset: user.mustResetPassword,
    gravatar_url: "",
    sso_enabled: user.ssoEnabled,
    mfa_enabled: false,
    api_only: user.apiOnly,
    global_role: user.globalRole === "none" ? null : user.globalRole,
    teams: user.teamRoles.map(({ teamId, teamName, teamDescription, role }) => ({ id: teamId, name: teamName, description: teamDescription, role })),
    disabled: user.disabledAt !== null,
    last_signed_in_at: user.lastSignedInAt,
    ...(user.apiOnly && { api_endpoints: user.apiRoutes && user.apiRoutes.map((key) => routePair(key as RouteKey)) }),
  };
}
