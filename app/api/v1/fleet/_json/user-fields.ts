import { z } from "zod";
import type { RolesGiven } from "@/lib/auth/users/choose-roles";
import { givableRoles, type User } from "@/lib/auth/users/user";

/** A role by its name. */
export const RoleName = z.enum(givableRoles, { error: `expected one of ${givableRoles.join(", ")}` });

const TeamId = z.int({ error: "expected a team's id" }).min(0, "expected a team's id").max(2_147_483_647, "expected a team's id");

/** The fields that give roles. A team may come with the name and description that we sent: its id decides. */
export const roleFields = {
  global_role: RoleName.nullish(),
  teams: z
    .array(z.strictObject({ id: TeamId, role: RoleName, name: z.string().optional(), description: z.string().nullish() }), {
      error: "expected a list of {id, role}",
    })
    .max(1000, "may have at most 1000 teams")
    .nullish(),
};

/** The id of a user in a body. */
export const UserId = z.int({ error: "expected a user's id" }).positive("expected a user's id").max(2_147_483_647, "expected a user's id");

/** Roles of a checked body as verbs take them. */
export function rolesOf(body: { global_role?: z.output<(typeof roleFields)["global_role"]>; teams?: z.output<(typeof roleFields)["teams"]> }): RolesGiven {
  return {
    ...(body.global_role !== undefined && { globalRole: body.global_role }),
    ...(body.teams && { teamRoles: body.teams.map(({ id, role }) => ({ teamId: id, role })) }),
  };
}

const Settings = z.object({ hidden_host_columns: z.array(z.string()).catch([]) });

/** What a person set for their own pages. */
export function uiSettings(user: Pick<User, "settings">): { hidden_host_columns: string[] } {
  const parsed = Settings.safeParse(user.settings);
  return { hidden_host_columns: parsed.success ? parsed.data.hidden_host_columns : [] };
}

/** A code by mail at each sign-in, which this server doesn't send. */
export const NoMfa = z.literal(false, { error: "this server sends no codes by mail; let the user sign in by single sign-on with a second factor" }).nullish();
