"use server";
import { revalidatePath } from "next/cache";
import { z } from "zod";
import { adminAction } from "@/lib/auth/admin-action";
import { previewRetention } from "@/lib/compliance/preview-retention";
import { updateRetention } from "@/lib/retention/update-retention";

const Days = z
  .string()
  .trim()
  .regex(/^\d{1,6}$/, "expected a number of days, such as 90, or 0")
  .transform(Number);
const Periods = z.object({ transitionDays: Days, reportDays: Days, repeatDays: Days, activityDays: Days, signInDays: Days, hostDays: Days });

/** How many rows these periods would take that the present ones keep. */
export const previewPeriods = adminAction("retention.previewPeriods", Periods, (ctx, form) => previewRetention(ctx, form));

/** Saves how long history is kept. */
export const savePeriods = adminAction("retention.savePeriods", Periods, async (ctx, form) => {
  await updateRetention(ctx, form);
  revalidatePath("/settings", "layout");
  return "Saved. It counts from the next night on.";
});
