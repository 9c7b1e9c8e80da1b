import { beforeEach, expect, test } from "vitest";
import { getPrisma } from "../../db/prisma";
import { openSecret } from "../../secret-box";
import { testClock, testUserContext } from "../../testing/test-context";
import type { Role } from "../../context";
import { beginTrial } from "./begin-trial";
import { createDirectory } from "./create-directory";
import { deleteDirectory } from "./delete-directory";
import { issuerOf, nextSlug, redirectUriOf, trialState } from "./directory";
import { DirectoryDraft, DirectoryPatch } from "./directory-forms";
import { secretPurpose } from "./directory-secret";
import { disableDirectory } from "./disable-directory";
import { enableDirectory } from "./enable-directory";
import { findSignInDirectory } from "./find-sign-in-directory";
import { finishTrial } from "./finish-trial";
import { getDirectory } from "./get-directory";
import { listDirectories } from "./list-directories";
import { listSignInDirectories } from "./list-sign-in-directories";
import { updateDirectory } from "./update-directory";

const clock = testClock();
const guid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;
let made = 100;

beforeEach(() => getPrisma().ssoDirectory.deleteMany());

const draft = (change: Record<string, unknown> = {}) =>
  DirectoryDraft.parse({ name: "Aldergate", tenantId: guid((made += 1)), clientId: guid(1), clientSecret: "first~secret", ...change });
const as = async (role: Role) => {
  const ctx = await testUserContext(role, clock);
  return ctx.actor.kind === "user" ? { ...ctx, actor: { ...ctx.actor, sessionId: `session-${made}` } } : ctx;
};
const lastActivity = async () => {
  const row = await getPrisma().activity.findFirstOrThrow({ orderBy: { id: "desc" } });
  return { type: row.type, ...(row.details as object) };
};
const person = {
  name: "Ada",
  email: "ada@aldergate.example",
  emailIsProof: true,
  tenantId: guid(2),
  objectId: guid(3),
  appRoles: [],
  groups: 0,
  groupsTruncated: false,
};

test("a directory begins as a draft that the sign-in page doesn't offer, its secret sealed and never told", async () => {
  const ctx = await as("admin");
  const directory = await createDirectory(ctx, draft());
  expect(directory).toMatchObject({ slug: "microsoft-entra-id", enabledAt: null, jitProvisioning: false, defaultRole: "none", trial: null });
  expect(await listSignInDirectories(ctx)).toEqual([]);
  const row = await getPrisma().ssoDirectory.findUniqueOrThrow({ where: { id: directory.id } });
  expect(openSecret(row.secretCiphertext, secretPurpose)).toBe("first~secret");
  const told = JSON.stringify([directory, await listDirectories(ctx), await getDirectory(ctx, directory.id), await lastActivity()]);
  expect(told).not.toContain("first~secret");
  expect(told).not.toContain(row.secretCiphertext);
  expect(await lastActivity()).toMatchObject({ type: "added_sso_directory", directory_name: "Aldergate", client_id: guid(1) });
});

test("each directory has a redirect address of its own; a freed one is used again", async () => {
  const ctx = await as("admin");
  const [first, second] = [await createDirectory(ctx, draft()), await createDirectory(ctx, draft())];
  expect(second.slug).toBe("microsoft-entra-id-2");
  await deleteDirectory(ctx, first.id);
  expect((await createDirectory(ctx, draft())).slug).toBe("microsoft-entra-id");
  expect(redirectUriOf("https://flotilla.example", "microsoft-entra-id-2")).toBe("https://flotilla.example/api/auth/callback/microsoft-entra-id-2");
  expect(nextSlug(["microsoft-entra-id", "microsoft-entra-id-3"])).toBe("microsoft-entra-id-2");
});

test("directories added at the same moment get different addresses", async () => {
  const ctx = await as("admin");
  const directories = await Promise.all(Array.from({ length: 4 }, () => createDirectory(ctx, draft())));
  expect(new Set(directories.map(({ slug }) => slug)).size).toBe(4);
});

test("a tenant stands in one directory", async () => {
  const ctx = await as("admin");
  const first = await createDirectory(ctx, draft({ name: "First" }));
  const second = await createDirectory(ctx, draft());
  const taken = { code: "directory_exists", status: 409, message: expect.stringContaining('"First"') };
  await expect(createDirectory(ctx, draft({ tenantId: first.tenantId.toUpperCase() }))).rejects.toMatchObject(taken);
  await expect(updateDirectory(ctx, second.id, { tenantId: first.tenantId })).rejects.toMatchObject(taken);
});

test.each([
  ["tenantId", "contoso.com"],
  ["tenantId", "common"],
  ["clientId", "my app"],
  ["clientSecret", ""],
  ["clientSecret", "6f1c2d3e-0000-4000-8000-1234567890ab"],
  ["name", " "],
  ["cloud", "moon"],
  ["defaultRole", "admin"],
])("%s can't be %j", (field, value) => {
  const parsed = DirectoryDraft.safeParse({ name: "A", tenantId: guid(1), clientId: guid(1), clientSecret: "x~y", [field]: value });
  expect(parsed.error?.issues[0]?.path).toEqual([field]);
});

test("only a global admin changes directories, and only admins and GitOps see them", async () => {
  const { id } = await createDirectory(await as("admin"), draft());
  for (const role of ["maintainer", "technician", "observer_plus", "observer", "gitops", "none"] as const) {
    const ctx = await as(role);
    const denied = { code: "permission_denied" };
    for (const attempt of [
      () => createDirectory(ctx, draft()),
      () => updateDirectory(ctx, id, { name: "Mine" }),
      () => enableDirectory(ctx, id),
      () => disableDirectory(ctx, id),
      () => beginTrial(ctx, id),
      () => deleteDirectory(ctx, id),
    ])
      await expect(attempt(), role).rejects.toMatchObject(denied);
    if (role === "gitops") expect(await listDirectories(ctx)).toHaveLength(1);
    else await expect(listDirectories(ctx), role).rejects.toMatchObject(denied);
  }
  expect(await getPrisma().ssoDirectory.count()).toBe(1);
});

async function triedDirectory() {
  const ctx = await as("admin");
  const directory = await createDirectory(ctx, draft());
  await beginTrial(ctx, directory.id);
  await finishTrial(ctx, directory.id, { person, admission: { admitted: true, text: "Ada" } });
  return { ctx, id: directory.id };
}

test("a directory can be switched on once its present settings passed a trial", async () => {
  const ctx = await as("admin");
  const { id } = await createDirectory(ctx, draft());
  const untried = { code: "directory_untried", status: 409 };
  await expect(enableDirectory(ctx, id)).rejects.toMatchObject(untried);
  await beginTrial(ctx, id);
  await expect(enableDirectory(ctx, id)).rejects.toMatchObject(untried);
  await finishTrial(ctx, id, { problem: { code: "secret_wrong", text: "No.", detail: "" } });
  await expect(enableDirectory(ctx, id)).rejects.toMatchObject(untried);
  await beginTrial(ctx, id);
  await finishTrial(ctx, id, { person });
  expect((await enableDirectory(ctx, id)).enabledAt).toEqual(clock.now());
  expect(await listSignInDirectories(ctx)).toEqual([{ slug: "microsoft-entra-id", name: "Aldergate" }]);
  expect(await lastActivity()).toMatchObject({ type: "enabled_sso_directory", changed: { enabled: { from: false, to: true } } });
  await disableDirectory(ctx, id);
  expect(await listSignInDirectories(ctx)).toEqual([]);
  expect(await lastActivity()).toMatchObject({ type: "disabled_sso_directory" });
  // Nothing that was tried has changed, so it may come back without another trial.
  await enableDirectory(ctx, id);
});

test.each([{ tenantId: guid(77) }, { clientId: guid(78) }, { clientSecret: "second~secret" }, { cloud: "china" as const }])(
  "another %o switches it off until it was tried again",
  async (patch) => {
    const { ctx, id } = await triedDirectory();
    await enableDirectory(ctx, id);
    const after = await updateDirectory(ctx, id, DirectoryPatch.parse(patch));
    expect(after.enabledAt).toBeNull();
    expect(trialState(after, clock.now())).toBe("none");
    await expect(enableDirectory(ctx, id)).rejects.toMatchObject({ code: "directory_untried" });
    const activity = await lastActivity();
    expect(activity).toMatchObject({ type: "edited_sso_directory", changed: { enabled: { from: true, to: false } } });
    expect(JSON.stringify(activity)).not.toContain("second~secret");
  },
);

test("a new name, or whom it adds, leaves it on; the same again changes and records nothing", async () => {
  const { ctx, id } = await triedDirectory();
  await enableDirectory(ctx, id);
  const after = await updateDirectory(ctx, id, { name: "Aldergate Research", jitProvisioning: true, defaultRole: "observer" });
  expect(after.enabledAt).not.toBeNull();
  expect(await lastActivity()).toMatchObject({
    type: "edited_sso_directory",
    changed: {
      name: { from: "Aldergate", to: "Aldergate Research" },
      jit_provisioning: { from: false, to: true },
      default_role: { from: "none", to: "observer" },
    },
  });
  const count = await getPrisma().activity.count();
  await updateDirectory(ctx, id, { name: "Aldergate Research", clientSecret: "first~secret" });
  expect(await getPrisma().activity.count()).toBe(count);
});

test("a trial belongs to the session that began it, ends once, and lapses after a quarter of an hour", async () => {
  const ctx = await as("admin");
  const { id } = await createDirectory(ctx, draft());
  await beginTrial(ctx, id);
  const other = { ...ctx, actor: { ...ctx.actor, sessionId: "elsewhere" } as typeof ctx.actor };
  await expect(finishTrial(other, id, { person })).rejects.toMatchObject({ code: "session_other" });
  await finishTrial(ctx, id, { person });
  await expect(finishTrial(ctx, id, { problem: { code: "x", text: "", detail: "" } })).rejects.toMatchObject({ code: "directory_changed" });
  await beginTrial(ctx, id);
  clock.advance(16 * 60_000);
  await expect(finishTrial(ctx, id, { person })).rejects.toMatchObject({ code: "directory_changed" });
  expect(trialState((await getDirectory(ctx, id)).directory, clock.now())).toBe("lapsed");
});

test("a trial of settings that were changed meanwhile doesn't count for the new ones", async () => {
  const ctx = await as("admin");
  const { id } = await createDirectory(ctx, draft());
  await beginTrial(ctx, id);
  await updateDirectory(ctx, id, { clientSecret: "another" });
  await expect(finishTrial(ctx, id, { person })).rejects.toMatchObject({ code: "directory_changed" });
});

test("a program can't begin a trial: nobody would sign in", async () => {
  const ctx = await testUserContext("admin", clock);
  const { id } = await createDirectory(ctx, draft());
  await expect(beginTrial(ctx, id)).rejects.toMatchObject({ code: "trial_needs_browser" });
});

test("deleting a directory says how many people it was for and leaves the users", async () => {
  const ctx = await as("admin");
  const { id, tenantId } = await createDirectory(ctx, draft());
  const user = await getPrisma().user.create({ data: { email: `kept-${made}@example.test`, ssoEnabled: true } });
  await getPrisma().account.create({ data: { userId: user.id, type: "oauth", provider: "entra", providerAccountId: `${tenantId}/${guid(5)}` } });
  expect((await getDirectory(ctx, id)).people).toBe(1);
  await deleteDirectory(ctx, id);
  expect(await lastActivity()).toMatchObject({ type: "deleted_sso_directory", people: 1, was_enabled: false, tenant_id: tenantId });
  expect(await getPrisma().user.count({ where: { id: user.id } })).toBe(1);
  await expect(getDirectory(ctx, id)).rejects.toMatchObject({ code: "directory_not_found", status: 404 });
});

test("the issuer follows from cloud and tenant alone", async () => {
  expect(issuerOf({ cloud: "global", tenantId: guid(1) })).toBe(`https://login.microsoftonline.com/${guid(1)}/v2.0`);
  expect(issuerOf({ cloud: "us_government", tenantId: guid(1) })).toBe(`https://login.microsoftonline.us/${guid(1)}/v2.0`);
  expect(issuerOf({ cloud: "china", tenantId: guid(1) })).toBe(`https://login.partner.microsoftonline.cn/${guid(1)}/v2.0`);
  expect(await findSignInDirectory(await as("admin"), "microsoft-entra-id")).toBeNull();
});
