import { authorize } from "../../authorize";
import type { Context } from "../../context";
import type { Invite } from "./invite";
import { listInviteRows, type InviteSearch } from "./invite-queries";

/**
 * Who was asked to join and hasn't yet, newest first unless ordered otherwise, and how many there are in all.
 * @throws ForbiddenError `permission_denied`
 */
export async function listInvites(ctx: Context, search: Partial<InviteSearch> = {}): Promise<{ invites: Invite[]; count: number }> {
  authorize(ctx, "invite:read");
  const whole = { query: "", page: 0, perPage: null, orderKey: "createdAt", direction: "desc", ...search } as const;
  return listInviteRows(ctx.db, { ...whole, query: whole.query.trim() }, ctx.now());
}
