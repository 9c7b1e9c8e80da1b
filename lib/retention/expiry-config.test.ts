import { beforeEach, expect, test } from "vitest";
import type { Context } from "../context";
import { getOrganisationConfig } from "../teams/get-organisation-config";
import { updateOrganisationConfig } from "../teams/update-organisation-config";
import { testUserContext } from "../testing/test-context";
import { getRetention } from "./get-retention";

let ctx: Context;
beforeEach(async () => {
  ctx = await testUserContext("admin");
  const usual = { transitionDays: 0, reportDays: 90, repeatDays: 7, activityDays: 0, signInDays: 90, hostDays: 0 };
  await ctx.db.retentionSettings.update({ where: { id: 1 }, data: usual });
});

test("the configuration shows expiry as clients know it, and our own periods beside it", async () => {
  expect(await getOrganisationConfig(ctx)).toMatchObject({
    host_expiry_settings: { host_expiry_enabled: false, host_expiry_window: 0 },
    activity_expiry_settings: { activity_expiry_enabled: false, activity_expiry_window: 0, preserve_host_activities_on_reenrollment: true },
    retention_settings: { transition_days: 0, report_days: 90, repeat_days: 7, refused_attempt_days: 90 },
  });
});

test("expiry is switched on with a window, moved, and switched off; each leaves one activity", async () => {
  const patch = (host_expiry_settings: object) => updateOrganisationConfig(ctx, { host_expiry_settings });
  expect(await patch({ host_expiry_enabled: true, host_expiry_window: 60 })).toMatchObject({
    host_expiry_settings: { host_expiry_enabled: true, host_expiry_window: 60 },
  });
  await patch({ host_expiry_window: 90 });
  expect((await getRetention(ctx)).hostDays).toBe(90);
  await patch({ host_expiry_enabled: false });
  expect((await getRetention(ctx)).hostDays).toBe(0);
  const activities = await ctx.db.activity.findMany({ where: { type: "edited_retention", actorId: ctx.actor.kind === "user" ? ctx.actor.userId : 0 } });
  expect(activities).toHaveLength(3);
});

test("a file that switches expiry off with the window it has now is taken", async () => {
  await updateOrganisationConfig(ctx, { activity_expiry_settings: { activity_expiry_enabled: true, activity_expiry_window: 400 } });
  await updateOrganisationConfig(ctx, { activity_expiry_settings: { activity_expiry_enabled: false, activity_expiry_window: 400 } });
  expect((await getRetention(ctx)).activityDays).toBe(0);
});

test("our own periods are changed by their names; dry run changes nothing", async () => {
  const patch = { retention_settings: { report_days: 120, refused_attempt_days: 30 } };
  await updateOrganisationConfig(ctx, patch, { dryRun: true });
  expect(await getRetention(ctx)).toMatchObject({ reportDays: 90, signInDays: 90 });
  await updateOrganisationConfig(ctx, patch);
  expect(await getRetention(ctx)).toMatchObject({ reportDays: 120, repeatDays: 7, signInDays: 30 });
});

test.each<[string, Record<string, object>]>([
  ["host_expiry_settings.host_expiry_window", { host_expiry_settings: { host_expiry_enabled: true } }],
  ["host_expiry_settings.host_expiry_window", { host_expiry_settings: { host_expiry_enabled: true, host_expiry_window: 3 } }],
  ["host_expiry_settings.host_expiry_window", { host_expiry_settings: { host_expiry_window: 30 } }],
  ["host_expiry_settings.host_expiry_enabled", { host_expiry_settings: { host_expiry_enabled: "yes", host_expiry_window: 30 } }],
  ["activity_expiry_settings.activity_expiry_window", { activity_expiry_settings: { activity_expiry_enabled: true, activity_expiry_window: "30" } }],
  ["activity_expiry_settings.activity_expiry_window", { activity_expiry_settings: { activity_expiry_enabled: true, activity_expiry_window: 7 } }],
  ["retention_settings.report_days", { retention_settings: { report_days: 5 } }],
  ["retention_settings.transition_days", { retention_settings: { transition_days: -30 } }],
])("a value for %s that can't be taken is refused by its path: %j", async (field, patch) => {
  await expect(updateOrganisationConfig(ctx, patch)).rejects.toMatchObject({ status: 422, fields: [{ field, reason: expect.stringMatching(/^expected/) }] });
});
