import { beforeAll, expect, test } from "vitest";
import type { Context } from "../context";
import { testUserContext } from "../testing/test-context";
import { getOrganisationConfig } from "./get-organisation-config";
import { updateOrganisationConfig } from "./update-organisation-config";

let ctx: Context;
beforeAll(async () => {
  ctx = await testUserContext("admin");
  await updateOrganisationConfig(ctx, { org_info: { org_name: "Aldergate" }, server_settings: { server_url: "https://flotilla.aldergate.example" } });
});

const lastActivity = () => ctx.db.activity.findFirstOrThrow({ orderBy: { id: "desc" } });

test("a partial configuration is merged; what isn't named keeps", async () => {
  const after = await updateOrganisationConfig(ctx, { org_info: { contact_url: "https://help.aldergate.example" } });
  expect(after.org_info).toMatchObject({ org_name: "Aldergate", contact_url: "https://help.aldergate.example" });
  expect(await lastActivity()).toMatchObject({
    type: "edited_organisation",
    details: { changed: { "org_info.contact_url": { from: "", to: "https://help.aldergate.example" } } },
  });
});

test("the whole configuration can be sent back as it was read", async () => {
  const activities = await ctx.db.activity.count();
  expect(await updateOrganisationConfig(ctx, await getOrganisationConfig(ctx))).toEqual(await getOrganisationConfig(ctx));
  expect(await ctx.db.activity.count()).toBe(activities);
});

test.each([{ colour: "red" }, { org_info: { org_nane: "x" } }, { mdm: { macos_setup: { party: true } } }])(
  "an unknown key is refused by its path: %j",
  async (patch) => {
    await expect(updateOrganisationConfig(ctx, patch)).rejects.toMatchObject({ code: "unknown_key", status: 400 });
  },
);

test.each<[string, object]>([
  ["org_info.org_name", { org_info: { org_name: " " } }],
  ["org_info.org_name", { org_info: { org_name: 5 } }],
  ["server_settings.server_url", { server_settings: { server_url: "" } }],
  ["server_settings.server_url", { server_settings: { server_url: "ftp://x" } }],
  ["fleet_desktop.transparency_url", { fleet_desktop: { transparency_url: "javascript:alert(1)" } }],
  ["integrations.conditional_access_enabled", { integrations: { conditional_access_enabled: "yes" } }],
  ["integrations.conditional_access_enabled", { integrations: { conditional_access_enabled: true } }],
  ["agent_options", { agent_options: [] }],
  ["mdm.enable_disk_encryption", { mdm: { enable_disk_encryption: true } }],
])("a value for %s that can't be taken is refused by its path", async (field, patch) => {
  await expect(updateOrganisationConfig(ctx, patch as Record<string, unknown>)).rejects.toMatchObject({ status: 422, fields: [{ field }] });
});

test("what only the server knows, and masked secrets, are passed over", async () => {
  const before = await getOrganisationConfig(ctx);
  const patch = {
    license: { tier: "free" },
    mdm: { enabled_and_configured: true },
    conditional_access: { microsoft_entra_tenant_id: "x" },
    smtp_settings: { password: "********" },
    org_info: { org_name: null },
  };
  expect(await updateOrganisationConfig(ctx, patch)).toEqual(before);
});

test("a dry run checks and keeps nothing", async () => {
  const before = await getOrganisationConfig(ctx);
  expect(await updateOrganisationConfig(ctx, { org_info: { org_name: "Dry" } }, { dryRun: true })).toEqual(before);
  await expect(updateOrganisationConfig(ctx, { org_info: { org_name: "" } }, { dryRun: true })).rejects.toMatchObject({ status: 422 });
});

test("agent options are replaced as a whole; unknown parts need force", async () => {
  const options = { config: { options: { distributed_interval: 30 } } };
  expect((await updateOrganisationConfig(ctx, { agent_options: options })).agent_options).toEqual(options);
  expect(await lastActivity()).toMatchObject({ type: "edited_agent_options" });
  await expect(updateOrganisationConfig(ctx, { agent_options: { konfig: {} } })).rejects.toMatchObject({ status: 400, code: "unknown_key" });
  expect((await updateOrganisationConfig(ctx, { agent_options: { ...options, konfig: {} } }, { force: true })).agent_options).toEqual({
    ...options,
    konfig: {},
  });
});

test("No team's gating is switched here once a connection stands", async () => {
  await ctx.db.entraConnection.create({
    data: { provider: "audit_only", cloud: "global", tenantId: "7c22", state: "connected", isDefault: true, connectedAt: ctx.now() },
  });
  const after = await updateOrganisationConfig(ctx, { integrations: { conditional_access_enabled: true } });
  expect(after).toMatchObject({
    integrations: { conditional_access_enabled: true },
    conditional_access: { microsoft_entra_tenant_id: "7c22", microsoft_entra_connection_configured: true },
  });
  expect(await lastActivity()).toMatchObject({ type: "enabled_conditional_access_automations", details: { team_id: null, team_name: null } });
});

test("observers read a configuration without mail, sign-in and agent options, and may not change it", async () => {
  const observer = await testUserContext("observer");
  const seen = await getOrganisationConfig(observer);
  expect(seen.org_info).toBeDefined();
  expect([seen.smtp_settings, seen.sso_settings, seen.agent_options]).toEqual([undefined, undefined, undefined]);
  await expect(updateOrganisationConfig(observer, { org_info: { org_name: "x" } })).rejects.toMatchObject({ status: 403 });
});

test("mail is set as part of the configuration, its password read as a mask that means unchanged", async () => {
  const smtp_settings = { enable_smtp: true, server: "smtp.aldergate.example", port: 465, enable_ssl_tls: true, sender_address: "flotilla@aldergate.example" };
  const after = await updateOrganisationConfig(ctx, {
    smtp_settings: { ...smtp_settings, authentication_type: "authtype_username_password", user_name: "flotilla", password: "hunter-2-hunter" },
  });
  expect(after.smtp_settings).toMatchObject({ ...smtp_settings, configured: true, password: "********", enable_start_tls: false, verify_ssl_certs: true });
  expect(await lastActivity()).toMatchObject({ type: "edited_mail_settings", details: { password_changed: true } });
  const activities = await ctx.db.activity.count();
  expect(await updateOrganisationConfig(ctx, await getOrganisationConfig(ctx))).toEqual(after);
  expect(await ctx.db.activity.count()).toBe(activities);
  expect(JSON.stringify((await lastActivity()).details)).not.toContain("hunter-2");
});

test.each<[object, object]>([
  [
    { enable_ssl_tls: true, enable_start_tls: true, port: 587 },
    { enable_ssl_tls: false, enable_start_tls: true },
  ],
  [
    { enable_ssl_tls: true, enable_start_tls: true, port: 465 },
    { enable_ssl_tls: true, enable_start_tls: false },
  ],
  [{ authentication_type: "authtype_none" }, { user_name: "", password: "" }],
])("mail settings %j read as %j", async (given, expected) => {
  const password = "hunter-2-hunter";
  const known = { server: "smtp.aldergate.example", port: 465, enable_ssl_tls: true, user_name: "flotilla", password };
  await updateOrganisationConfig(ctx, { smtp_settings: known });
  const after = await updateOrganisationConfig(ctx, { smtp_settings: { password, ...given } });
  expect(after.smtp_settings).toMatchObject(expected);
});

test.each<[string, object]>([
  ["smtp_settings.server", { server: "smtp:25" }],
  ["smtp_settings.port", { port: "587" }],
  ["smtp_settings.enable_ssl_tls", { enable_ssl_tls: "yes" }],
  ["smtp_settings.authentication_type", { authentication_type: "magic" }],
  ["smtp_settings.verify_ssl_certs", { verify_ssl_certs: false }],
  ["smtp_settings.sender_address", { sender_address: "nobody" }],
])("a wrong %s is refused by its path", async (field, smtp_settings) => {
  await expect(updateOrganisationConfig(ctx, { smtp_settings })).rejects.toMatchObject({ status: 422, fields: [{ field }] });
});

test("gitops may send mail settings back, but changes none", async () => {
  const gitops = await testUserContext("gitops");
  const seen = await getOrganisationConfig(gitops);
  await updateOrganisationConfig(gitops, { smtp_settings: seen.smtp_settings });
  await expect(updateOrganisationConfig(gitops, { smtp_settings: { port: 2525 } })).rejects.toMatchObject({ status: 403 });
});

test("gitops may send the server's address back, but can't move it: links to new passwords lead there", async () => {
  const gitops = await testUserContext("gitops");
  const before = await getOrganisationConfig(gitops);
  await updateOrganisationConfig(gitops, { server_settings: before.server_settings });
  const moved = { server_settings: { server_url: "https://flotilla.attacker.example" } };
  await expect(updateOrganisationConfig(gitops, moved)).rejects.toMatchObject({ status: 403, code: "permission_denied" });
  await expect(updateOrganisationConfig(gitops, moved, { dryRun: true })).rejects.toMatchObject({ status: 403 });
  expect((await getOrganisationConfig(gitops)).server_settings).toEqual(before.server_settings);
});
