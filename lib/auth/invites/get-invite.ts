import { authorize } from "../../authorize";
import type { Context } from "../../context";
import { NotFoundError } from "../../errors";
import type { Invite } from "./invite";
import { findInviteRow } from "./invite-queries";

/**
 * One invite.
 * @throws NotFoundError `invite_not_found`; ForbiddenError `permission_denied`
 */
export async function getInvite(ctx: Context, id: number): Promise<Invite> {
  authorize(ctx, "invite:read");
  return found(await findInviteRow(ctx.db, id, ctx.now()));
}

/** @throws NotFoundError `invite_not_found` */
export function found(invite: Invite | null): Invite {
  if (!invite) throw new NotFoundError("invite_not_found", "This invite was not found. It may have been accepted, or taken back.");
  return invite;
}
