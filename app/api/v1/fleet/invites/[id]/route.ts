import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { deleteInvite } from "@/lib/auth/invites/delete-invite";
import { findInvite } from "@/lib/auth/invites/find-invite";
import { updateInvite } from "@/lib/auth/invites/update-invite";
import { IdParams } from "@/lib/http/list-params";
import { toInviteJson } from "../../_json/invite-json";
import { roleFields, rolesOf } from "../../_json/user-fields";

const TokenParams = z.object({ id: z.string().min(1).max(200) });

/** The invite of a link: here the path holds the link's token, and whoever has it may look. */
export const GET = adminRoute({ route: "GET invites/:id", params: TokenParams }, async (ctx, { params }) => ({
  invite: toInviteJson(await findInvite(ctx, params.id)),
}));

const Patch = z.strictObject({
  name: z.string({ error: "expected a name" }).optional(),
  email: z.string({ error: "expected an e-mail address" }).optional(),
  sso_enabled: z.boolean({ error: "expected true or false" }).nullish(),
  mfa_enabled: z.literal(false, { error: "this server has no codes by mail; leave it out" }).nullish(),
  ...roleFields,
});

/** Changes an invite. Another mail address sends nothing by itself. */
export const PATCH = adminRoute({ route: "PATCH invites/:id", params: IdParams, body: Patch }, async (ctx, { params, body }) => ({
  invite: toInviteJson(await updateInvite(ctx, params.id, { name: body.name, email: body.email, ssoEnabled: body.sso_enabled ?? undefined, ...rolesOf(body) })),
}));

/** Takes an invite back. */
export const DELETE = adminRoute({ route: "DELETE invites/:id", params: IdParams }, async (ctx, { params }) => {
  await deleteInvite(ctx, params.id);
  return {};
});
