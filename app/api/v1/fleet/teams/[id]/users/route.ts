import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { toUserJson } from "@/lib/auth/user-json";
import { changeTeamUsers } from "@/lib/auth/users/change-team-users";
import { listTeamUsers } from "@/lib/auth/users/list-team-users";
import type { Context } from "@/lib/context";
import { IdParams, listQuery } from "@/lib/http/list-params";
import { getTeam } from "@/lib/teams/get-team";
import { toTeamJson } from "../../../_json/team-json";
import { RoleName, UserId } from "../../../_json/user-fields";

/** The users with a role on the team, each with that role. */
export const GET = adminRoute(
  { route: "GET teams/:id/users", params: IdParams, query: listQuery(["name"], {}) },
  async (ctx, { params: { id }, query: { list } }) => ({ users: await usersOf(ctx, id, list) }),
);

const Given = z.strictObject({ users: z.array(z.strictObject({ id: UserId, role: RoleName })).max(1000, "may have at most 1000 users") });

/** Gives users a role on the team; who has one on it gets the new one instead. */
export const PATCH = adminRoute({ route: "PATCH teams/:id/users", params: IdParams, body: Given }, async (ctx, { params: { id }, body }) => {
  await changeTeamUsers(
    ctx,
    id,
    body.users.map((user) => ({ userId: user.id, role: user.role })),
  );
  return teamWithUsers(ctx, id);
});

// Clients send back the users as they were read.
const Taken = z.strictObject({ users: z.array(z.object({ id: UserId })).max(1000, "may have at most 1000 users") });

/** Takes the users' role on the team away. */
export const DELETE = adminRoute({ route: "DELETE teams/:id/users", params: IdParams, body: Taken }, async (ctx, { params: { id }, body }) => {
  await changeTeamUsers(
    ctx,
    id,
    body.users.map((user) => ({ userId: user.id, role: null })),
  );
  return teamWithUsers(ctx, id);
});

async function teamWithUsers(ctx: Context, teamId: number): Promise<object> {
  const users = await usersOf(ctx, teamId);
  return { team: { ...toTeamJson(await getTeam(ctx, teamId)), users }, users };
}

async function usersOf(ctx: Context, teamId: number, options: { query?: string; page?: number; perPage?: number | null } = {}): Promise<object[]> {
  const users = await listTeamUsers(ctx, teamId, options);
  return users.map((user) => ({ ...toUserJson(user), role: user.teamRoles.find((held) => held.teamId === teamId)?.role }));
}
