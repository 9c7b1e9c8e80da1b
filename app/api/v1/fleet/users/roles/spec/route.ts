import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { applyRoleSpec } from "@/lib/auth/users/apply-role-spec";
import { RoleName } from "../../../_json/user-fields";

const TeamRole = z.strictObject({ name: z.string({ error: "expected a team's name" }), role: RoleName });
const RoleSpecBody = z.strictObject({
  spec: z.strictObject({
    roles: z.record(
      z.string().max(254, "expected a mail address"),
      z.strictObject({ global_role: RoleName.nullish(), teams: z.array(TeamRole, { error: "expected a list of {name, role}" }).nullish() }),
    ),
  }),
});

/** Gives users exactly these roles, by mail address and by the teams' names. */
export const POST = adminRoute({ route: "POST users/roles/spec", body: RoleSpecBody }, async (ctx, { body }) => {
  const roles = Object.entries(body.spec.roles);
  await applyRoleSpec(
    ctx,
    roles.map(([email, { global_role, teams }]) => ({ email, globalRole: global_role ?? null, teams: teams ?? [] })),
  );
  return {};
});
