import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { QueryId } from "@/lib/http/list-params";
import { deleteLabel } from "@/lib/labels/delete-label";
import { getLabel } from "@/lib/labels/get-label";
import { updateLabel } from "@/lib/labels/update-label";
import { toLabelJson } from "../../_json/label-json";

const ById = z.object({ label: QueryId });

/** One label by its id. */
export const GET = adminRoute({ route: "GET labels/:label", params: ById }, async (ctx, { params }) => ({
  label: toLabelJson(await getLabel(ctx, params.label)),
}));

const text = z.string({ error: "expected a string" });
// What is fixed for a label's life may be sent and is ignored, as clients expect.
const Patch = z.object({
  name: text.nullish(),
  description: text.nullish(),
  hosts: z
    .array(z.union([text, z.int().transform(String)]))
    .max(10_000)
    .nullish(),
  host_ids: z.array(z.int()).max(10_000).nullish(),
  enabled: z.boolean({ error: "expected true or false" }).nullish(),
});

/** Changes a label's name, description, and, if it is manual, its hosts. */
export const PATCH = adminRoute({ route: "PATCH labels/:label", params: ById, body: Patch }, async (ctx, { params, body }) => {
  const label = await updateLabel(ctx, params.label, {
    name: body.name ?? undefined,
    description: body.description ?? undefined,
    hosts: body.hosts ?? undefined,
    hostIds: body.host_ids ?? undefined,
    enabled: body.enabled ?? undefined,
  });
  return { label: toLabelJson(label) };
});

/** Deletes a label by its exact name. */
export const DELETE = adminRoute({ route: "DELETE labels/:label", params: z.object({ label: z.string().min(1) }) }, async (ctx, { params }) => {
  await deleteLabel(ctx, params.label);
  return {};
});
