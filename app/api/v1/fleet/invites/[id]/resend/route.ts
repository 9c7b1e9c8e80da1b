import { adminRoute } from "@/lib/auth/admin-route";
import { resendInvite } from "@/lib/auth/invites/resend-invite";
import { IdParams } from "@/lib/http/list-params";
import { toInviteJson } from "../../../_json/invite-json";

/** Sends an invite again, with a new link. */
export const POST = adminRoute({ route: "POST invites/:id/resend", params: IdParams }, async (ctx, { params }) => ({
  invite: toInviteJson(await resendInvite(ctx, params.id)),
}));
