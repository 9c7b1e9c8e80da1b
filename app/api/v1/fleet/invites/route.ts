import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { createInvite } from "@/lib/auth/invites/create-invite";
import { listInvites } from "@/lib/auth/invites/list-invites";
import { listMeta, listQuery } from "@/lib/http/list-params";
import { toInviteJson } from "../_json/invite-json";
import { roleFields, rolesOf } from "../_json/user-fields";

const orders = { id: "id", name: "name", email: "email", created_at: "createdAt" } as const;
const Query = listQuery(Object.keys(orders), {});

/** Who was asked to join and hasn't yet. */
export const GET = adminRoute({ route: "GET invites", query: Query }, async (ctx, { query }) => {
  const { list } = query;
  const orderKey = orders[(list.orderKey ?? "id") as keyof typeof orders];
  const { invites, count } = await listInvites(ctx, { query: list.query, page: list.page, perPage: list.perPage, orderKey, direction: list.orderDirection });
  return { invites: invites.map(toInviteJson), count, meta: listMeta(list, count) };
});

const Body = z.strictObject({
  name: z.string({ error: "expected a name" }),
  email: z.string({ error: "expected an e-mail address" }),
  sso_enabled: z.boolean({ error: "expected true or false" }).nullish(),
  mfa_enabled: z.literal(false, { error: "this server has no codes by mail; leave it out" }).nullish(),
  ...roleFields,
});

/** Invites somebody by mail. */
export const POST = adminRoute({ route: "POST invites", body: Body }, async (ctx, { body }) => ({
  invite: toInviteJson(await createInvite(ctx, { name: body.name, email: body.email, ssoEnabled: body.sso_enabled ?? false, ...rolesOf(body) })),
}));
