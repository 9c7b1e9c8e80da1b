"use server";
import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { z } from "zod";
import { adminAction } from "@/lib/auth/admin-action";
import { beginTrial } from "@/lib/sso/oidc/begin-trial";
import { createDirectory } from "@/lib/sso/oidc/create-directory";
import { deleteDirectory } from "@/lib/sso/oidc/delete-directory";
import { DirectoryDraft, DirectoryPatch } from "@/lib/sso/oidc/directory-forms";
import { disableDirectory } from "@/lib/sso/oidc/disable-directory";
import { enableDirectory } from "@/lib/sso/oidc/enable-directory";
import { updateDirectory } from "@/lib/sso/oidc/update-directory";

const settingsPath = "/settings/integrations/single-sign-on";
const DirectoryId = z.object({ directoryId: z.coerce.number().int().positive() });
const { name, cloud, tenantId, clientId, clientSecret } = DirectoryDraft.shape;

const pathOf = (id: number) => `${settingsPath}/directories/${id}`;

/** Adds a directory as a draft and goes to its page, where it is tried. */
export const addDirectory = adminAction("directories.addDirectory", z.object({ name, cloud, tenantId, clientId, clientSecret }), async (ctx, form) => {
  const directory = await createDirectory(ctx, DirectoryDraft.parse(form));
  revalidatePath(settingsPath, "layout");
  redirect(pathOf(directory.id));
});

// An empty secret keeps the stored one.
const Settings = DirectoryId.extend({ name, cloud, tenantId, clientId, clientSecret: z.union([z.literal("").transform(() => undefined), clientSecret]) });

/** Saves tenant, app and secret. */
export const saveDirectory = adminAction("directories.saveDirectory", Settings, async (ctx, { directoryId, ...form }) => {
  const { enabledAt, trial, settings } = await updateDirectory(ctx, directoryId, DirectoryPatch.parse(form));
  revalidatePath(settingsPath, "layout");
  return !enabledAt && trial?.settings !== settings ? "Saved. Now try it." : "Saved.";
});

const Admission = DirectoryId.extend({
  jitProvisioning: z
    .literal("on")
    .optional()
    .transform((value) => value === "on"),
  defaultRole: DirectoryDraft.shape.defaultRole,
});

/** Saves whether people are added at their first sign-in, and what they get whom no rule names. */
export const saveAdmission = adminAction("directories.saveAdmission", Admission, async (ctx, { directoryId, ...form }) => {
  await updateDirectory(ctx, directoryId, form);
  revalidatePath(pathOf(directoryId));
  return "Saved.";
});

/** Gets a trial ready and gives the address that begins it in a second window. */
export const tryDirectory = adminAction("directories.tryDirectory", DirectoryId, async (ctx, { directoryId }) => {
  const { path } = await beginTrial(ctx, directoryId);
  revalidatePath(pathOf(directoryId));
  return { path };
});

/** Offers a directory that passed its trial on the sign-in page. */
export const enable = adminAction("directories.enable", DirectoryId, async (ctx, { directoryId }) => {
  await enableDirectory(ctx, directoryId);
  revalidatePath(settingsPath, "layout");
  return "On. The sign-in page offers it.";
});

/** Takes a directory off the sign-in page. */
export const disable = adminAction("directories.disable", DirectoryId, async (ctx, { directoryId }) => {
  await disableDirectory(ctx, directoryId);
  revalidatePath(settingsPath, "layout");
  return "Off. Nobody can sign in through it.";
});

/** Deletes a directory with its secret and its rules. */
export const remove = adminAction("directories.remove", DirectoryId, async (ctx, { directoryId }) => {
  await deleteDirectory(ctx, directoryId);
  revalidatePath(settingsPath, "layout");
  redirect(settingsPath);
});
