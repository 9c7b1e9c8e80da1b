import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { listQuery } from "@/lib/http/list-params";
import { createTeam } from "@/lib/teams/create-team";
import { getTeam } from "@/lib/teams/get-team";
import { listEnrollSecrets } from "@/lib/teams/list-enroll-secrets";
import { listTeams } from "@/lib/teams/list-teams";
import { SecretList, toTeamJson } from "../_json/team-json";

/** The teams that the caller may see, by name. */
export const GET = adminRoute({ route: "GET teams", query: listQuery(["name", "id"], {}) }, async (ctx, { query: { list } }) => {
  const teams = await listTeams(ctx, { query: list.query, page: list.page, perPage: list.perPage ?? undefined });
  return { teams: teams.map((team) => toTeamJson(team)) };
});

const NewTeam = z.strictObject({ name: z.string({ error: "expected a string" }), description: z.string().nullish(), secrets: SecretList.nullish() });

/** Makes a team; without secrets one is made for it. */
export const POST = adminRoute({ route: "POST teams", body: NewTeam }, async (ctx, { body }) => {
  const { id } = await createTeam(ctx, { name: body.name, description: body.description ?? "", secrets: body.secrets?.map(({ secret }) => secret) });
  return { team: toTeamJson(await getTeam(ctx, id), await listEnrollSecrets(ctx, id)) };
});
