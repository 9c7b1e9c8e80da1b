import type { Context } from "../../context";
import { NotFoundError } from "../../errors";
import { countAttempt } from "../../http/count-attempt";
import { hashToken } from "../../secret-box";
import type { Invite } from "./invite";
import { findInviteRowByToken } from "./invite-queries";

/**
 * The invite that a link's token opens, for whoever holds it.
 * @throws NotFoundError `invite_not_found`; TooManyRequestsError `too_many_attempts`
 */
export async function findInvite(ctx: Context, token: string): Promise<Invite> {
  await countAttempt("invite", (ctx.actor.kind === "nobody" && ctx.actor.address) || "unknown");
  return openInvite(await findInviteRowByToken(ctx.db, hashToken(token), ctx.now()));
}

/** @throws NotFoundError `invite_not_found`, the same for one that never was, has ended, or lost who vouched for it */
export function openInvite(invite: Invite | null): Invite {
  if (invite?.state === "open") return invite;
  throw new NotFoundError(
    "invite_not_found",
    "This invite doesn't open any more: it was used, taken back, or is older than seven days. Ask an admin for a new one.",
  );
}
