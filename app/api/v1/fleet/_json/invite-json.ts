import type { Invite } from "@/lib/auth/invites/invite";

/** An invite in the REST API's shape; `state`, `invited_by_name` and `expires_at` are ours. */
export function toInviteJson(invite: Invite): object {
  return {
    id: invite.id,
    name: invite.name,
    email: invite.email,
    sso_enabled: invite.ssoEnabled,
    mfa_enabled: false,
    global_role: invite.globalRole === "none" ? null : invite.globalRole,
    teams: invite.teamRoles.map(({ teamId, teamName, teamDescription, role }) => ({ id: teamId, name: teamName, description: teamDescription, role })),
    invited_by: invite.invitedById,
    invited_by_name: invite.invitedByName,
    state: invite.state,
    expires_at: invite.expiresAt,
    created_at: invite.createdAt,
    updated_at: invite.updatedAt,
  };
}
