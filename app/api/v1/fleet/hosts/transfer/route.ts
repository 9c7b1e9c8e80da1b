import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { transferHosts } from "@/lib/hosts/transfer-hosts";

const Body = z.strictObject({
  team_id: z.number().int().min(0).nullable(),
  hosts: z.array(z.number().int().positive()).min(1, "expected at least one host id").max(10_000),
});

/** Moves hosts to a team; `team_id` null is "No team". */
export const POST = adminRoute({ route: "POST hosts/transfer", body: Body }, async (ctx, { body }) => {
  await transferHosts(ctx, { hostIds: body.hosts }, body.team_id ?? 0);
  return {};
});
