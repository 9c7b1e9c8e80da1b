import { recordActivity } from "../../activities/record-activity";
import type { Context } from "../../context";
import type { Invite } from "./invite";

/** Writes down what was done with an invite: to whom, and which roles it gives. */
export async function writeDownInvite(tx: Context, type: string, invite: Invite, more: Record<string, unknown> = {}): Promise<void> {
  await recordActivity(tx, { type, details: { invite_id: invite.id, invite_email: invite.email, ...inviteFacts(invite), ...more } });
}

/** What an invite will give, as an activity tells it. */
export function inviteFacts({ name, email, ssoEnabled, globalRole, teamRoles }: Pick<Invite, "name" | "email" | "ssoEnabled" | "globalRole" | "teamRoles">) {
  return {
    name,
    email,
    sso_enabled: ssoEnabled,
    global_role: globalRole === "none" ? null : globalRole,
    teams: teamRoles.map(({ teamId, teamName, role }) => ({ id: teamId, name: teamName, role })),
  };
}
