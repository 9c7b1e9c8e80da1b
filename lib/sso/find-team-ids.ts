import type { Context } from "../context";
import { listTeamIds } from "./sso-policy-queries";

/** The ids of all teams, to know whether a role can be given on one. For a sign-in under way: it asks for no permission. */
export async function findTeamIds(ctx: Context): Promise<ReadonlySet<number>> {
  return listTeamIds(ctx.db);
}
