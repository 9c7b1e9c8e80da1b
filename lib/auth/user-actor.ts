import type { Role, TeamRole, UserActor } from "../context";

/** The facts of a user that decide what they may do. */
export interface ActingUser {
  id: number;
  name: string;
  email: string;
  globalRole: Role;
  mustResetPassword?: boolean;
  teamRoles?: readonly { teamId: number; role: TeamRole }[];
}

/** A user as the actor of a context. `credential` says by what they came; left out for a person in the middle of signing in. */
export function userActor(
  user: ActingUser,
  address: string,
  credential: { sessionId?: string; tokenId?: number; routes?: readonly string[] | null } = {},
): UserActor {
  return {
    kind: "user",
    userId: user.id,
    name: user.name,
    email: user.email,
    globalRole: user.globalRole,
    teamRoles: Object.fromEntries((user.teamRoles ?? []).map(({ teamId, role }) => [teamId, role])),
    sessionId: credential.sessionId ?? "",
    ...(credential.tokenId !== undefined && { tokenId: credential.tokenId }),
    address,
    routes: credential.routes ?? null,
    mustResetPassword: user.mustResetPassword ?? false,
  };
}
