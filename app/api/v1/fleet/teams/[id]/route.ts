import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { isAllowed } from "@/lib/authorize";
import { parseBody } from "@/lib/http/error-envelope";
import { IdParams } from "@/lib/http/list-params";
import { deleteTeam } from "@/lib/teams/delete-team";
import { getTeam } from "@/lib/teams/get-team";
import { listEnrollSecrets } from "@/lib/teams/list-enroll-secrets";
import { updateTeam } from "@/lib/teams/update-team";
import { readTeamPatch, toTeamJson } from "../../_json/team-json";

/** One team; id 0 is "No team". Its enroll secrets come for those who may read them. */
export const GET = adminRoute({ route: "GET teams/:id", params: IdParams }, async (ctx, { params: { id } }) => {
  const team = await getTeam(ctx, id);
  const secrets = isAllowed(ctx, "enroll_secret:read", { teamId: id }) ? await listEnrollSecrets(ctx, id) : undefined;
  return { team: toTeamJson(team, secrets) };
});

/** Changes a team: its name, description, and whether and how its policies gate access. */
export const PATCH = adminRoute(
  { route: "PATCH teams/:id", params: IdParams, body: z.record(z.string(), z.unknown()) },
  async (ctx, { params: { id }, body }) => {
    await updateTeam(ctx, id, readTeamPatch(body, await getTeam(ctx, id), parseBody));
    return { team: toTeamJson(await getTeam(ctx, id)) };
  },
);

/** Deletes a team; its hosts fall to "No team". */
export const DELETE = adminRoute({ route: "DELETE teams/:id", params: IdParams }, async (ctx, { params: { id } }) => {
  await deleteTeam(ctx, id);
  return {};
});
