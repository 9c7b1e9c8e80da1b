import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { listQuery, QueryBoolean, QueryId } from "@/lib/http/list-params";
import { createLabel } from "@/lib/labels/create-label";
import { listLabels } from "@/lib/labels/list-labels";
import { toLabelJson } from "../_json/label-json";

const TeamOrGlobal = z.union([z.literal("global"), QueryId], { error: "expected global or a team's id" });
const Query = listQuery(["id", "name"], { team_id: TeamOrGlobal.optional(), include_host_counts: QueryBoolean.optional() });

/** The labels that the caller may see. `team_id`: `global` or 0 for those of all teams, a team's id for those it can use. */
export const GET = adminRoute({ route: "GET labels", query: Query }, async (ctx, { query }) => {
  const { list } = query;
  const team = query.team_id === undefined ? "any" : query.team_id === "global" || query.team_id === 0 ? "global" : query.team_id;
  const labels = await listLabels(ctx, { team, query: list.query });
  const turn = list.orderDirection === "desc" ? -1 : 1;
  const ordered = labels.toSorted((a, b) => turn * (list.orderKey === "name" ? a.name.localeCompare(b.name, "en") : a.id - b.id));
  const page = list.perPage === null ? ordered : ordered.slice(list.page * list.perPage, (list.page + 1) * list.perPage);
  return { labels: page.map(toLabelJson) };
});

const text = z.string({ error: "expected a string" });
const Body = z.strictObject({
  name: text,
  description: text.nullish(),
  query: text.nullish(),
  platform: text.nullish(),
  hosts: z
    .array(z.union([text, z.int().transform(String)]))
    .max(10_000)
    .nullish(),
  host_ids: z.array(z.int()).max(10_000).nullish(),
  team_id: z.int().min(0).nullish(),
  label_membership_type: z.enum(["dynamic", "manual"], { error: "this server has dynamic and manual labels" }).nullish(),
  criteria: z.null({ error: "this server has no labels by criteria; give a query or hosts" }).optional(),
});

/** Makes a label: dynamic with a query, manual with hosts or with neither. */
export const POST = adminRoute({ route: "POST labels", body: Body }, async (ctx, { body }) => {
  const label = await createLabel(ctx, {
    name: body.name,
    description: body.description ?? "",
    query: body.query ?? "",
    platform: body.platform ?? "",
    hosts: body.hosts ?? undefined,
    hostIds: body.host_ids ?? undefined,
    teamId: body.team_id || null,
  });
  return { label: toLabelJson(label) };
});
