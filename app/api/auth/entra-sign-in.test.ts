import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { GET as begin } from "@/app/(public)/sign-in/sso/[slug]/route";
import { findSession } from "@/lib/auth/find-session";
import { createContext } from "@/lib/context";
import { getPrisma } from "@/lib/db/prisma";
import { EntraBrowser, testPublicUrl } from "@/lib/testing/oidc/entra-browser";
import { countPeople, newPerson, startEntraDirectory, type EntraDirectoryScene } from "@/lib/testing/oidc/entra-directory-scene";
import { makeKey, signToken } from "@/lib/testing/oidc/start-oidc-provider";
import { GET as nextAuth } from "./[...nextauth]/route";

let scene: EntraDirectoryScene;
let slug: string;

beforeAll(async () => {
  scene = await startEntraDirectory();
  slug = scene.directory.slug;
});
afterAll(() => scene.stop());
beforeEach(async () => {
  scene.provider.answer = { person: newPerson() };
  await getPrisma().rateLimit.deleteMany();
});

const userOf = async (browser: EntraBrowser) => {
  const actor = await findSession(createContext({ kind: "nobody" }), browser.session ?? "", "browser");
  if (actor?.kind !== "user") throw new Error("Nobody is signed in.");
  return getPrisma().user.findUniqueOrThrow({ where: { id: actor.userId }, include: { accounts: true, sessions: true } });
};

test("a first sign-in adds the person, keeps who they are and no token, and goes on to where they wanted to be", async () => {
  const browser = new EntraBrowser();
  const response = await browser.signIn(scene.provider, slug, "?next=/hosts%3Fquery%3Dmac");
  expect(response.status).toBe(303);
  expect(response.headers.get("location")).toBe(`${testPublicUrl}/hosts?query=mac`);
  expect(response.headers.get("referrer-policy")).toBe("no-referrer");
  const { person } = scene.provider.answer;
  const user = await userOf(browser);
  expect(user).toMatchObject({
    email: person.preferred_username.toLowerCase(),
    name: "Ada Byron",
    globalRole: "observer",
    ssoEnabled: true,
    passwordHash: null,
  });
  expect(user.accounts).toMatchObject([
    { provider: "entra", providerAccountId: `${scene.provider.tenantId}/${person.oid}`, access_token: null, refresh_token: null, id_token: null },
  ]);
  expect(user.sessions).toMatchObject([{ kind: "browser", userAgent: "Tests", address: "198.51.100.7" }]);
  const types = (await getPrisma().activity.findMany({ where: { actorId: user.id }, orderBy: { id: "asc" } })).map(({ type }) => type);
  expect(types).toEqual(["user_added_by_sso", "linked_user_to_entra", "user_logged_in"]);
});

test("the session's cookie lasts as long as a session can, and nothing of the sign-in stays in the browser", async () => {
  const browser = new EntraBrowser();
  await browser.signIn(scene.provider, slug);
  expect([...browser.cookies.keys()]).toEqual(["flotilla_session"]);
  const line = browser.setCookies.find((each) => each.startsWith("flotilla_session=")) ?? "";
  expect(line).toMatch(/; HttpOnly; SameSite=Lax$/);
  const days = (Date.parse(/Expires=([^;]+)/.exec(line)?.[1] ?? "") - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(6.9);
  expect(days).toBeLessThan(7.1);
});

test("the same person is the same user, by whatever name they come back", async () => {
  const person = newPerson();
  scene.provider.answer = { person };
  const [first, second] = [new EntraBrowser(), new EntraBrowser()];
  await first.signIn(scene.provider, slug);
  const known = await userOf(first);
  scene.provider.answer = { person: { ...person, preferred_username: "married@aldergate.example", oid: person.oid.toUpperCase() } };
  const before = await countPeople();
  await second.signIn(scene.provider, slug);
  expect((await userOf(second)).id).toBe(known.id);
  expect(await countPeople()).toEqual({ ...before, sessions: before.sessions + 1 });
});

test("a user made beforehand for single sign-on is known by the sign-in name, or by a mail that Microsoft confirms", async () => {
  const made = await getPrisma().user.create({
    data: { email: "made.before@aldergate.example", name: "Made Before", globalRole: "maintainer", ssoEnabled: true },
  });
  const other = await getPrisma().user.create({ data: { email: "grace@aldergate.example", name: "Grace", globalRole: "maintainer", ssoEnabled: true } });
  const [first, second] = [new EntraBrowser(), new EntraBrowser()];
  scene.provider.answer = { person: newPerson({ preferred_username: "Made.Before@aldergate.example" }) };
  await first.signIn(scene.provider, slug);
  expect((await userOf(first)).id).toBe(made.id);
  scene.provider.answer = { person: newPerson({ preferred_username: "g.hopper@aldergate.onmicrosoft.com", email: "Grace@aldergate.example", xms_edov: "1" }) };
  await second.signIn(scene.provider, slug);
  expect((await userOf(second)).id).toBe(other.id);
});

test("a new sign-in begins a session of its own and ends the one that this browser had", async () => {
  const browser = new EntraBrowser();
  await browser.signIn(scene.provider, slug);
  const old = browser.session ?? "";
  await browser.signIn(scene.provider, slug);
  expect(browser.session).not.toBe(old);
  expect(await findSession(createContext({ kind: "nobody" }), old, "browser")).toBeNull();
  expect((await userOf(browser)).sessions).toHaveLength(1);
});

test("a planted session cookie is not taken over", async () => {
  const browser = new EntraBrowser();
  const planted = "planted-session-token-of-an-attacker-0123456789";
  browser.cookies.set("flotilla_session", planted);
  await browser.signIn(scene.provider, slug);
  expect(browser.session).not.toBe(planted);
  expect(await findSession(createContext({ kind: "nobody" }), planted, "browser")).toBeNull();
});

test("a new signing key counts at once, also while the old one is still listed, and a withdrawn one no longer", async () => {
  const { provider } = scene;
  const old = provider.keys[0];
  const next = await provider.addKey();
  for (const key of [old, next]) {
    provider.answer = { person: newPerson(), makeToken: (claims) => signToken(claims, key as NonNullable<typeof key>) };
    expect((await new EntraBrowser().signIn(provider, slug)).headers.get("location")).toBe(`${testPublicUrl}/`);
  }
  provider.keys.shift();
  provider.answer = { person: newPerson(), makeToken: (claims) => signToken(claims, old as NonNullable<typeof old>) };
  expect((await new EntraBrowser().signIn(provider, slug)).headers.get("location")).toMatch(/^\/sign-in\?status=error/);
  provider.answer = { person: newPerson() };
  expect((await new EntraBrowser().signIn(provider, slug)).headers.get("location")).toBe(`${testPublicUrl}/`);
});

test("clocks may differ by a minute and a half", async () => {
  const now = Math.floor(Date.now() / 1000);
  for (const claims of [{ exp: now - 90 }, { nbf: now + 90, iat: now + 90 }]) {
    scene.provider.answer = { person: newPerson(), claims: () => claims };
    expect((await new EntraBrowser().signIn(scene.provider, slug)).headers.get("location")).toBe(`${testPublicUrl}/`);
  }
});

test("keys of other kinds in the list disturb nothing", async () => {
  const extra = (await makeKey()).jwk;
  scene.provider.answer = {
    person: newPerson(),
    answerKeys: (response, keys) => void response.end(JSON.stringify({ keys: [{ kty: "EC", crv: "P-256", kid: "e" }, null, extra, ...keys] })),
  };
  expect((await new EntraBrowser().signIn(scene.provider, slug)).headers.get("location")).toBe(`${testPublicUrl}/`);
});

test("what goes to Microsoft asks for a code, with state, nonce and verifier, and for nothing beyond who it is", async () => {
  const begun = await new EntraBrowser().open(slug);
  const url = new URL(begun.headers.get("location") ?? "");
  expect(url.origin + url.pathname).toBe(`${scene.provider.origin}/${scene.provider.tenantId}/oauth2/v2.0/authorize`);
  expect(Object.fromEntries(url.searchParams)).toEqual({
    client_id: scene.provider.clientId,
    scope: "openid profile email",
    response_type: "code",
    response_mode: "query",
    redirect_uri: `${testPublicUrl}/api/auth/callback/${slug}`,
    state: expect.stringMatching(/^[\w-]{43}$/),
    nonce: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge: expect.stringMatching(/^[\w-]{43}$/),
    code_challenge_method: "S256",
  });
});

test("an address can't add to what is asked of Microsoft", async () => {
  const begun = await new EntraBrowser().open(slug, "?scope=User.Read.All&redirect_uri=https://evil.example&prompt=none&client_id=x");
  const { searchParams } = new URL(begun.headers.get("location") ?? "");
  expect(searchParams.get("scope")).toBe("openid profile email");
  expect(searchParams.getAll("redirect_uri")).toEqual([`${testPublicUrl}/api/auth/callback/${slug}`]);
  expect(searchParams.get("prompt")).toBeNull();
});

test("on https every cookie is the host's own and goes by https alone", async () => {
  await getPrisma().organisation.update({ where: { id: 1 }, data: { publicUrl: "https://flotilla.test" } });
  try {
    const headers = { host: "flotilla.test", "x-forwarded-proto": "https", "x-flotilla-address": "192.0.2.9" };
    const begun = await begin(new Request(`https://flotilla.test/sign-in/sso/${slug}`, { headers }), { params: Promise.resolve({ slug }) });
    const lines = begun.headers.getSetCookie();
    expect(lines.map((line) => line.split("=")[0])).toEqual(
      ["callbackurl", "state", "pkcecodeverifier", "nonce"].map((part) => `__Host-flotilla_sign_in_${part}`),
    );
    for (const line of lines) expect(line).toMatch(/; Path=\/;.*HttpOnly; Secure; SameSite=Lax$/);
  } finally {
    await getPrisma().organisation.update({ where: { id: 1 }, data: { publicUrl: testPublicUrl } });
  }
});

test("a visitor under another name of this server is led to its public address first, once", async () => {
  const at = (path: string) =>
    begin(new Request(`http://10.0.0.5:3000${path}`, { headers: { host: "10.0.0.5:3000", "x-flotilla-address": "192.0.2.8" } }), {
      params: Promise.resolve({ slug }),
    });
  const first = await at(`/sign-in/sso/${slug}?next=/hosts`);
  expect(first.headers.get("location")).toBe(`${testPublicUrl}/sign-in/sso/${slug}?next=%2Fhosts&here=1`);
  expect(first.headers.getSetCookie()).toEqual([]);
  expect((await at(`/sign-in/sso/${slug}?next=/hosts&here=1`)).headers.get("location")).toContain(scene.provider.origin);
});

test("a directory that is off or unknown begins nothing", async () => {
  expect((await new EntraBrowser().open("microsoft-entra-id-9")).headers.get("location")).toBe("/sign-in?status=org_disabled");
  await getPrisma().ssoDirectory.updateMany({ data: { enabledAt: null } });
  expect((await new EntraBrowser().open(slug)).headers.get("location")).toBe("/sign-in?status=org_disabled");
  await getPrisma().ssoDirectory.updateMany({ data: { enabledAt: new Date() } });
});

test("sign-ins from one address are counted, going and coming back", async () => {
  const browser = new EntraBrowser("203.0.113.77");
  const answers: string[] = [];
  for (let i = 0; i < 61; i += 1) answers.push((await browser.open(slug)).headers.get("location") ?? "");
  expect(answers[59]).toContain(scene.provider.origin);
  expect(answers[60]).toBe("/sign-in?status=too_many_attempts");
  expect((await new EntraBrowser("203.0.113.78").open(slug)).headers.get("location")).toContain(scene.provider.origin);
});

test.each(["session", "csrf", "providers", "signin", "signout", "error", "_log", "verify-request", `signin/microsoft-entra-id`, "callback", "callback/a/b"])(
  "next-auth's own /api/auth/%s isn't served",
  async (path) => {
    const response = await nextAuth(new Request(`${testPublicUrl}/api/auth/${path}`), { params: Promise.resolve({ nextauth: path.split("/") }) });
    expect(response.status).toBe(404);
    expect(response.headers.getSetCookie()).toEqual([]);
  },
);

test("an answer can only be fetched: a form post from elsewhere has no handler", async () => {
  expect(Object.keys(await import("./[...nextauth]/route"))).toEqual(["GET"]);
});
