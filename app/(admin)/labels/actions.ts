"use server";
import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { z } from "zod";
import { adminAction } from "@/lib/auth/admin-action";
import { createLabel } from "@/lib/labels/create-label";
import { deleteLabel } from "@/lib/labels/delete-label";
import { updateLabel } from "@/lib/labels/update-label";

const Text = z.string().max(20_000).default("");
const Id = z
  .string()
  .regex(/^\d{0,9}$/)
  .optional()
  .transform((text) => (text ? Number(text) : null));

const LabelForm = z
  .object({
    labelId: Id,
    teamId: Id,
    name: Text,
    description: Text,
    kind: z.enum(["dynamic", "manual"]).default("dynamic"),
    query: Text,
    platform: Text,
    /** One host a line: id, serial, hardware UUID or name. */
    hosts: Text,
    enabled: z.string().optional(),
  })
  .refine((form) => form.labelId !== null || form.kind === "manual" || form.query.trim() !== "", {
    path: ["query"],
    message: "Write the query: hosts that return a row are in the label",
  });

/** Makes or changes a label; a new one leads to its page. */
export const saveLabel = adminAction("labels.saveLabel", LabelForm, async (ctx, form) => {
  const hosts = form.hosts
    .split(/[\n,]/)
    .map((host) => host.trim())
    .filter(Boolean);
  if (form.labelId !== null) {
    await updateLabel(ctx, form.labelId, {
      name: form.name,
      description: form.description,
      ...(form.kind === "manual" ? { hosts } : { enabled: form.enabled === "on" }),
    });
    revalidatePath(`/labels/${form.labelId}`);
    return;
  }
  const { id } = await createLabel(ctx, {
    name: form.name,
    description: form.description,
    teamId: form.teamId,
    ...(form.kind === "manual" ? { hosts } : { query: form.query, platform: form.platform }),
  });
  redirect(`/labels/${id}${form.teamId === null ? "" : `?team_id=${form.teamId}`}`);
});

/** Deletes a label. The caller moves on: the page it stands on is gone. */
export const removeLabel = adminAction("labels.removeLabel", z.object({ labelId: z.number().int().positive() }), async (ctx, { labelId }) => {
  await deleteLabel(ctx, labelId);
});
