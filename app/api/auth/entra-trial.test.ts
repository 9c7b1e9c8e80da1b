import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { startSession } from "@/lib/auth/start-session";
import { createContext, type Context } from "@/lib/context";
import { findSession } from "@/lib/auth/find-session";
import { getPrisma } from "@/lib/db/prisma";
import { beginTrial } from "@/lib/sso/oidc/begin-trial";
import { trialState } from "@/lib/sso/oidc/directory";
import { getDirectory } from "@/lib/sso/oidc/get-directory";
import { updateDirectory } from "@/lib/sso/oidc/update-directory";
import { EntraBrowser } from "@/lib/testing/oidc/entra-browser";
import { countPeople, newPerson, startEntraDirectory, type EntraDirectoryScene } from "@/lib/testing/oidc/entra-directory-scene";
import { testUserContext } from "@/lib/testing/test-context";

let scene: EntraDirectoryScene;
let slug: string;
let id: number;

beforeAll(async () => {
  scene = await startEntraDirectory({ enabled: false });
  ({ slug, id } = scene.directory);
});
afterAll(() => scene.stop());
beforeEach(async () => {
  scene.provider.answer = { person: newPerson() };
  await getPrisma().rateLimit.deleteMany();
});

/** A browser in which somebody of this role is signed in, and their context. */
async function signedIn(role: "admin" | "observer" = "admin"): Promise<{ browser: EntraBrowser; ctx: Context }> {
  const user = await testUserContext(role);
  const nobody = createContext({ kind: "nobody" });
  const userId = user.actor.kind === "user" ? user.actor.userId : 0;
  const { token } = await startSession(nobody, userId, { kind: "browser", userAgent: "Tests", address: "" });
  const browser = new EntraBrowser();
  browser.cookies.set("flotilla_session", token);
  const actor = await findSession(nobody, token, "browser");
  return { browser, ctx: { ...nobody, actor: actor ?? { kind: "nobody" } } };
}

const queryOf = (path: string) => `?${path.split("?")[1]}`;
const trialOf = async (ctx: Context) => {
  const { directory } = await getDirectory(ctx, id);
  return { state: trialState(directory, new Date()), ...directory.trial };
};

test("a trial shows who signed in and what would become of them, and makes neither user nor session", async () => {
  const { browser, ctx } = await signedIn();
  const { person } = scene.provider.answer;
  Object.assign(person, { roles: ["Fleet.Reader"], groups: ["g1", "g2"] });
  const { path } = await beginTrial(ctx, id);
  expect((await trialOf(ctx)).state).toBe("waiting");
  const before = await countPeople();
  const session = browser.session;
  const back = await browser.fetchAnswer(scene.provider, slug, queryOf(path));
  const response = await browser.bring(back);
  expect(response.headers.get("location")).toBe(`/sso-trial/${id}`);
  expect(await countPeople()).toEqual(before);
  expect(browser.session).toBe(session);
  expect(await trialOf(ctx)).toMatchObject({
    state: "passed",
    person: {
      name: "Ada Byron",
      email: person.preferred_username.toLowerCase(),
      objectId: person.oid,
      appRoles: ["Fleet.Reader"],
      groups: 2,
      groupsTruncated: false,
    },
    admission: { admitted: true, text: "Ada Byron, observer" },
  });
  const activity = await getPrisma().activity.findFirst({ orderBy: { id: "desc" } });
  expect(activity).toMatchObject({ type: "tried_sso_directory", details: { status: "succeeded" } });
  expect([...browser.cookies.keys()]).toEqual(["flotilla_session"]);
});

test("a trial passes, and says why, where the admin themself would be refused", async () => {
  const { browser, ctx } = await signedIn();
  const email = ctx.actor.kind === "user" ? ctx.actor.email : "";
  scene.provider.answer = { person: newPerson({ preferred_username: email }) };
  const { path } = await beginTrial(ctx, id);
  await browser.signIn(scene.provider, slug, queryOf(path));
  expect(await trialOf(ctx)).toMatchObject({ state: "passed", admission: { admitted: false, text: expect.stringContaining("signs in with a password") } });
  expect(await getPrisma().activity.count({ where: { type: "user_failed_login" } })).toBe(0);
});

test("a trial that Microsoft or the token spoils shows the reason", async () => {
  const { browser, ctx } = await signedIn();
  scene.provider.answer = { person: newPerson(), claims: () => ({ tid: "00000000-1111-4222-8333-444444444444" }) };
  const { path } = await beginTrial(ctx, id);
  await browser.signIn(scene.provider, slug, queryOf(path));
  expect(await trialOf(ctx)).toMatchObject({ state: "failed", problem: { code: "tenant_wrong", detail: "00000000-1111-4222-8333-444444444444" } });
  const { path: again } = await beginTrial(ctx, id);
  const back = await browser.fetchAnswer(scene.provider, slug, queryOf(again));
  back.searchParams.delete("code");
  back.searchParams.set("error", "access_denied");
  back.searchParams.set("error_description", "AADSTS65004: declined");
  await browser.bring(back);
  expect(await trialOf(ctx)).toMatchObject({ state: "failed", problem: { code: "microsoft_refused", detail: "access_denied, AADSTS65004" } });
});

test("nobody but the session that began it can go on with a trial", async () => {
  const { ctx } = await signedIn();
  const { path } = await beginTrial(ctx, id);
  const strangers = [new EntraBrowser(), (await signedIn()).browser, (await signedIn("observer")).browser];
  for (const stranger of strangers) {
    expect((await stranger.open(slug, queryOf(path))).headers.get("location")).toBe("/sign-in?status=error");
  }
  const { browser } = await signedIn();
  expect((await browser.open(slug, "?trial=guessed")).headers.get("location")).toBe("/sign-in?status=error");
  expect((await browser.open(slug)).headers.get("location")).toBe("/sign-in?status=org_disabled");
});

test("an answer to a trial counts for nothing in another session, nor without one", async () => {
  const { browser, ctx } = await signedIn();
  const { path } = await beginTrial(ctx, id);
  const back = await browser.fetchAnswer(scene.provider, slug, queryOf(path));
  const other = (await signedIn()).browser;
  for (const [name, value] of browser.cookies) if (name !== "flotilla_session") other.cookies.set(name, value);
  expect((await other.bring(back)).headers.get("location")).toBe(`/sso-trial/${id}?problem=session_other`);
  expect((await trialOf(ctx)).state).toBe("waiting");
  const nobody = new EntraBrowser();
  for (const [name, value] of browser.cookies) if (name !== "flotilla_session") nobody.cookies.set(name, value);
  const before = await countPeople();
  expect((await nobody.bring(back)).headers.get("location")).toBe(`/sign-in?next=${encodeURIComponent(`/sso-trial/${id}`)}`);
  expect(await countPeople()).toEqual(before);
});

test("a trial's answer can't be turned into a sign-in, even while the directory is on", async () => {
  const { browser, ctx } = await signedIn();
  const { path } = await beginTrial(ctx, id);
  const back = await browser.fetchAnswer(scene.provider, slug, queryOf(path));
  const thief = new EntraBrowser();
  for (const [name, value] of browser.cookies) thief.cookies.set(name.replace("_trial_", "_sign_in_"), value);
  thief.cookies.delete("flotilla_session");
  await getPrisma().ssoDirectory.update({ where: { id }, data: { enabledAt: new Date() } });
  try {
    const before = await countPeople();
    expect((await thief.bring(back)).headers.get("location")).toMatch(/^\/sign-in\?status=error&ref=/);
    expect(await countPeople()).toEqual(before);
  } finally {
    await getPrisma().ssoDirectory.update({ where: { id }, data: { enabledAt: null } });
  }
});

test("a trial disturbs no sign-in that is under way in the same browser", async () => {
  await getPrisma().ssoDirectory.update({ where: { id }, data: { enabledAt: new Date() } });
  try {
    const { browser, ctx } = await signedIn();
    const signIn = await browser.fetchAnswer(scene.provider, slug);
    const { path } = await beginTrial(ctx, id);
    const trial = await browser.fetchAnswer(scene.provider, slug, queryOf(path));
    expect((await browser.bring(trial)).headers.get("location")).toBe(`/sso-trial/${id}`);
    expect((await browser.bring(signIn)).headers.get("location")).toBe("http://flotilla.test/");
  } finally {
    await getPrisma().ssoDirectory.update({ where: { id }, data: { enabledAt: null } });
  }
});

test("settings that change while the admin signs in make the trial count for nothing", async () => {
  const { browser, ctx } = await signedIn();
  const { path } = await beginTrial(ctx, id);
  const back = await browser.fetchAnswer(scene.provider, slug, queryOf(path));
  await updateDirectory(ctx, id, { clientSecret: "another~one" });
  expect((await browser.bring(back)).headers.get("location")).toBe(`/sso-trial/${id}?problem=directory_changed`);
  expect((await trialOf(ctx)).state).toBe("none");
  await updateDirectory(ctx, id, { clientSecret: scene.provider.clientSecret });
});

test("an admin who lost the role meanwhile finishes no trial", async () => {
  const { browser, ctx } = await signedIn();
  const { path } = await beginTrial(ctx, id);
  const back = await browser.fetchAnswer(scene.provider, slug, queryOf(path));
  const userId = ctx.actor.kind === "user" ? ctx.actor.userId : 0;
  await getPrisma().user.update({ where: { id: userId }, data: { globalRole: "observer" } });
  expect((await browser.bring(back)).headers.get("location")).toBe(`/sso-trial/${id}?problem=permission_denied`);
});
