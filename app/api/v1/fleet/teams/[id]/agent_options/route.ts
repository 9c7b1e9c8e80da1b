import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { authorize } from "@/lib/authorize";
import { InvalidInputError } from "@/lib/errors";
import { IdParams, QueryBoolean } from "@/lib/http/list-params";
import { readAgentOptions } from "@/lib/teams/agent-options";
import { getTeam } from "@/lib/teams/get-team";
import { toTeamJson } from "../../../_json/team-json";

/** Agents take their options from the organisation. A team may say that it has none of its own; anything else is refused rather than dropped. */
export const POST = adminRoute(
  {
    route: "POST teams/:id/agent_options",
    params: IdParams,
    query: z.object({ force: QueryBoolean.optional(), dry_run: QueryBoolean.optional() }),
    body: z.unknown(),
  },
  async (ctx, { params: { id }, query, body }) => {
    const team = await getTeam(ctx, id);
    authorize(ctx, "team:write", { teamId: id });
    if (body !== null && Object.keys(readAgentOptions(body, query.force)).length > 0) {
      const reason = "Agent options are set for the whole organisation, with PATCH config. A team can't have its own yet.";
      throw new InvalidInputError("not_supported", reason, { fields: [{ field: "agent_options", reason }] });
    }
    return { team: toTeamJson(team) };
  },
);
