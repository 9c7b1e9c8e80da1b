"use server";
import { revalidatePath } from "next/cache";
import { redirect } from "next/navigation";
import { z } from "zod";
import { adminAction } from "@/lib/auth/admin-action";
import { createPolicy } from "@/lib/policies/create-policy";
import { deletePolicies } from "@/lib/policies/delete-policies";
import type { MovedHost } from "@/lib/policies/gating-preview";
import type { PolicyLabelNames } from "@/lib/policies/policy";
import { labelScopes } from "@/lib/policies/policy-scope";
import { previewGatedPolicies } from "@/lib/policies/preview-gated-policies";
import { previewPolicyDeletion } from "@/lib/policies/preview-policy-deletion";
import { saveGating } from "@/lib/policies/save-gating";
import { updatePolicy } from "@/lib/policies/update-policy";

const Text = z.string().max(70_000).default("");
const Names = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((names) => (names === undefined ? [] : [names].flat()));
const OptionalId = z
  .string()
  .regex(/^\d{0,9}$/)
  .optional()
  .transform((text) => (text ? Number(text) : null));

const PolicyForm = z.object({
  policyId: OptionalId,
  /** Empty for all teams. */
  teamId: OptionalId,
  name: Text,
  query: Text,
  description: Text,
  resolution: Text,
  platforms: Names,
  critical: z.string().optional(),
  gated: z.string().optional(),
  include: z.enum(["", ...labelScopes]).default(""),
  included: Names,
  exclude: z.enum(["", ...labelScopes]).default(""),
  excluded: Names,
});

/** Makes or changes a policy; a new one leads to its page. */
export const savePolicy = adminAction("policies.savePolicy", PolicyForm, async (ctx, form) => {
  const labels: PolicyLabelNames = {
    ...(form.include && { [form.include]: form.included }),
    ...(form.exclude && { [form.exclude]: form.excluded }),
  };
  const fields = {
    name: form.name,
    query: form.query,
    description: form.description,
    resolution: form.resolution,
    platform: form.platforms.join(","),
    critical: form.critical === "on",
    conditionalAccessEnabled: form.gated === "on",
    labels,
  };
  if (form.policyId !== null) {
    const { version } = await updatePolicy(ctx, form.policyId, fields);
    revalidatePath(`/policies/${form.policyId}`);
    return { version };
  }
  const { id } = await createPolicy(ctx, { ...fields, teamId: form.teamId });
  redirect(`/policies/${id}${form.teamId === null ? "" : `?team_id=${form.teamId}`}`);
});

const PolicyIds = z.object({ policyIds: z.array(z.number().int().positive()).min(1).max(1000) });

/** Who is let in by deleting these, as a sentence. */
export const previewDeletion = adminAction("policies.previewDeletion", PolicyIds, async (ctx, { policyIds }) => {
  const people = await previewPolicyDeletion(ctx, policyIds);
  if (people.length === 0) return "Nobody’s access changes.";
  return `${people.length === 1 ? "1 person" : `${people.length} people`} blocked only by ${policyIds.length === 1 ? "it" : "them"} ${people.length === 1 ? "is" : "are"} let in within seconds.`;
});

/** Deletes policies with their results. The caller moves on or loads anew: the page it stands on may be the one that is gone. */
export const deletePolicyList = adminAction("policies.deletePolicyList", PolicyIds, async (ctx, { policyIds }) => {
  await deletePolicies(ctx, policyIds);
});

const GatingDraft = z.object({
  teamId: z.number().int().nullable(),
  policyIds: z.array(z.number().int().positive()).max(10_000),
  enabled: z.boolean().optional(),
});

const mostNamed = 200;
const named = (hosts: MovedHost[]) => hosts.slice(0, mostNamed).map(({ hostId, hostName, person }) => ({ hostId, hostName, person }));

/** What saving this choice would do now. Lists name at most 200 hosts; the counts are whole. */
export const previewGating = adminAction("policies.previewGating", GatingDraft, async (ctx, draft) => {
  const preview = await previewGatedPolicies(ctx, draft);
  return {
    registered: preview.registered,
    newlyBlocked: preview.newlyBlocked.length,
    newlyUnmanaged: preview.newlyUnmanaged.length,
    letIn: preview.letIn.length,
    released: preview.released.length,
    waiting: preview.waiting,
    blockedHosts: named([...preview.newlyBlocked, ...preview.newlyUnmanaged]),
    byPolicy: Object.fromEntries([...preview.byPolicy].map(([policyId, counts]) => [policyId, counts.newlyBlocked])),
  };
});

const GatingForm = GatingDraft.extend({ auditOnly: z.boolean().optional(), onDisable: z.enum(["leave", "release", "lock"]).optional() });

/** Sets which policies gate access and whether the team gates. */
export const saveGatingChoice = adminAction("policies.saveGatingChoice", GatingForm, async (ctx, choice) => {
  await saveGating(ctx, choice);
  revalidatePath("/policies");
});
