import { notFound } from "next/navigation";
import { isAllowed, teamsAllowed } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import { numberParam, type SearchParams } from "./address";

/** The team of a visitor whose roles are on this one alone: for them it is always the chosen one. */
export function onlyTeam(ctx: Context): number | undefined {
  const teams = teamsAllowed(ctx, "team:read");
  return teams !== "all" && teams.length === 1 ? teams[0] : undefined;
}

/**
 * The team that a page's lists are about: that of the address, or a visitor's only one; undefined is all that they may see.
 * A team out of their sight is a page that doesn't exist.
 */
export function chosenTeam(ctx: Context, given: SearchParams): number | undefined {
  const teamId = numberParam(given, "team_id") ?? onlyTeam(ctx);
  if (teamId !== undefined && !isAllowed(ctx, "team:read", { teamId })) notFound();
  return teamId;
}
