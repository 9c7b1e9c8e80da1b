import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { getPrisma } from "@/lib/db/prisma";
import { sessionCookieName } from "@/lib/auth/session-cookie";
import { findSignInDirectory } from "@/lib/sso/oidc/find-sign-in-directory";
import { EntraBrowser } from "@/lib/testing/oidc/entra-browser";
import { countPeople, lastRefusal, newPerson, startEntraDirectory, type EntraDirectoryScene } from "@/lib/testing/oidc/entra-directory-scene";
import { claimLies, endpointLies, signatureLies } from "@/lib/testing/oidc/token-lies";
import { testServerContext } from "@/lib/testing/test-context";

let scene: EntraDirectoryScene;
let slug: string;
let refused = 0;

beforeAll(async () => {
  scene = await startEntraDirectory();
  slug = scene.directory.slug;
});
afterAll(async () => {
  console.log(`${refused} hostile answers were refused, each for its own reason.`);
  await scene.stop();
});
beforeEach(async () => {
  scene.provider.answer = { person: newPerson() };
  await getPrisma().rateLimit.deleteMany();
  await getPrisma().ssoDirectory.updateMany({ data: { enabledAt: new Date(), jitProvisioning: true } });
});
afterEach(() => vi.useRealTimers());

/** Does what an attacker does, and sees that nobody came in and that an admin can find out why. */
async function refuses(code: string, attack: () => Promise<Response>, status = "error"): Promise<void> {
  const before = await countPeople();
  const activities = await getPrisma().activity.count();
  const response = await attack();
  const reference = /^\/sign-in\?status=(\w+)&ref=([2-9A-Z]{8})$/.exec(response.headers.get("location") ?? "");
  expect(reference?.[1], response.headers.get("location") ?? "no location").toBe(status);
  expect(response.headers.getSetCookie().join("\n")).not.toContain(sessionCookieName);
  expect(await countPeople()).toEqual(before);
  expect(await getPrisma().activity.count()).toBe(activities + 1);
  expect(await lastRefusal()).toMatchObject({ code, status, reference: reference?.[2], sign_in_method: "oidc", address: "198.51.100.7" });
  refused += 1;
}

test.each([...claimLies, ...signatureLies, ...endpointLies])("refused: %s", async (_name, code, lie) => {
  scene.provider.answer = { ...scene.provider.answer, ...lie };
  await refuses(code, () => new EntraBrowser().signIn(scene.provider, slug));
});

const answerOf = (browser: EntraBrowser) => browser.fetchAnswer(scene.provider, slug);
const changed = (back: URL, change: (query: URLSearchParams) => void) => {
  const url = new URL(back);
  change(url.searchParams);
  return url;
};

test.each<[string, string, (query: URLSearchParams) => void]>([
  ["no state", "answer_unclear", (query) => query.delete("state")],
  ["an empty state", "answer_unclear", (query) => query.set("state", "")],
  ["the state twice", "answer_unclear", (query) => query.append("state", query.get("state") ?? "")],
  ["the state and another", "answer_unclear", (query) => query.append("state", "other")],
  ["another state", "sign_in_unknown", (query) => query.set("state", "A".repeat(43))],
  ["a state with a letter changed", "sign_in_unknown", (query) => query.set("state", `${query.get("state")?.slice(0, -1)}~`)],
  ["no code", "answer_unclear", (query) => query.delete("code")],
  ["an empty code", "answer_unclear", (query) => query.set("code", "")],
  ["the code twice", "answer_unclear", (query) => query.append("code", query.get("code") ?? "")],
  ["a code that nobody gave out", "code_refused", (query) => query.set("code", "guessed")],
  ["an id token in the address and no code", "answer_unclear", (query) => (query.delete("code"), query.set("id_token", "eyJhbGciOiJub25lIn0.e30."))],
  ["an error of the person", "microsoft_refused", (query) => (query.delete("code"), query.set("error", "access_denied"))],
  ["an error beside a code", "microsoft_refused", (query) => query.set("error", "server_error")],
  ["an error without a state", "answer_unclear", (query) => (query.delete("state"), query.set("error", "server_error"))],
  ["an error of somebody else's sign-in", "sign_in_unknown", (query) => (query.set("state", "B".repeat(43)), query.set("error", "server_error"))],
])("refused: an answer with %s", async (_name, code, change) => {
  const browser = new EntraBrowser();
  const back = await answerOf(browser);
  await refuses(code, () => browser.bring(changed(back, change)));
});

test("refused: an error's own words are neither kept nor shown", async () => {
  const browser = new EntraBrowser();
  const words = { error: "<script>alert(1)</script>", error_description: "AADSTS50105: ada@aldergate.example isn't assigned. =cmd|' /C calc'!A0" };
  const back = changed(await answerOf(browser), (query) => (query.delete("code"), Object.entries(words).forEach(([name, text]) => query.set(name, text))));
  await refuses("microsoft_refused", () => browser.bring(back));
  const said = JSON.stringify(await lastRefusal());
  expect(said).toContain("AADSTS50105");
  expect(said).not.toMatch(/script|cmd|ada@/);
});

test("refused: an answer that another browser fetched, with no sign-in of one's own", async () => {
  const back = await answerOf(new EntraBrowser());
  await refuses("sign_in_unknown", () => new EntraBrowser().bring(back));
});

test("refused: the state of another session, and the sign-in under way goes on unharmed", async () => {
  const [mallory, victim] = [new EntraBrowser(), new EntraBrowser()];
  const theirs = await answerOf(mallory);
  const own = await answerOf(victim);
  await refuses("sign_in_unknown", () => victim.bring(theirs));
  expect((await victim.bring(own)).headers.get("location")).toBe("http://flotilla.test/");
  expect(victim.session).toBeDefined();
});

test("refused: a code of another session under one's own state, by the verifier", async () => {
  const [mallory, victim] = [new EntraBrowser(), new EntraBrowser()];
  const stolen = (await answerOf(victim)).searchParams.get("code") ?? "";
  const back = await answerOf(mallory);
  await refuses("code_refused", () => mallory.bring(changed(back, (query) => query.set("code", stolen))));
});

test("refused: the same where the provider doesn't look at the verifier, by the nonce", async () => {
  const [mallory, victim] = [new EntraBrowser(), new EntraBrowser()];
  const stolen = (await answerOf(victim)).searchParams.get("code") ?? "";
  const back = await answerOf(mallory);
  scene.provider.answer = { ...scene.provider.answer, takesAnything: true };
  await refuses("nonce_wrong", () => mallory.bring(changed(back, (query) => query.set("code", stolen))));
});

test("refused: an answer brought a second time with the first's cookies, though the provider would take the code again", async () => {
  scene.provider.answer = { ...scene.provider.answer, takesAnything: true };
  const [browser, again] = [new EntraBrowser(), new EntraBrowser()];
  const back = await answerOf(browser);
  for (const [name, value] of browser.cookies) again.cookies.set(name, value);
  expect((await browser.bring(back)).headers.get("location")).toBe("http://flotilla.test/");
  const asked = scene.provider.exchanges;
  await refuses("answer_repeated", () => again.bring(back));
  expect(scene.provider.exchanges).toBe(asked);
});

test("refused: all but one of five equal answers at once", async () => {
  scene.provider.answer = { ...scene.provider.answer, takesAnything: true };
  const browser = new EntraBrowser();
  const back = await answerOf(browser);
  const before = await countPeople();
  const twins = Array.from({ length: 5 }, () => {
    const twin = new EntraBrowser();
    for (const [name, value] of browser.cookies) twin.cookies.set(name, value);
    return twin;
  });
  await Promise.all(twins.map((twin) => twin.bring(back)));
  expect(twins.filter((twin) => twin.session)).toHaveLength(1);
  expect(await countPeople()).toEqual({ users: before.users + 1, accounts: before.accounts + 1, sessions: before.sessions + 1 });
  refused += 4;
});

test("refused: an answer of one directory at the address of another", async () => {
  const other = await getPrisma().ssoDirectory.create({
    data: {
      slug: "microsoft-entra-id-2",
      name: "Other",
      tenantId: "99999999-1111-4222-8333-444444444444",
      clientId: "c",
      secretCiphertext: await sealed(),
      enabledAt: new Date(),
    },
  });
  const browser = new EntraBrowser();
  const back = await answerOf(browser);
  back.pathname = `/api/auth/callback/${other.slug}`;
  await refuses("sign_in_unknown", () => browser.bring(back));
  await getPrisma().ssoDirectory.delete({ where: { id: other.id } });
});

test("refused: an answer after the directory was switched off", async () => {
  const browser = new EntraBrowser();
  const back = await answerOf(browser);
  await getPrisma().ssoDirectory.updateMany({ data: { enabledAt: null } });
  await refuses("directory_off", () => browser.bring(back), "org_disabled");
});

test("refused: an answer after 16 minutes", async () => {
  const browser = new EntraBrowser();
  const back = await answerOf(browser);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 16 * 60_000 });
  await refuses("sign_in_unknown", () => browser.bring(back));
});

test.each<[string, string, (name: string, value: string, other: string) => string | null]>([
  ["state cookie missing", "sign_in_unknown", (name, value) => (name.endsWith("_state") ? null : value)],
  ["verifier cookie missing", "sign_in_unknown", (name, value) => (name.endsWith("_pkcecodeverifier") ? null : value)],
  ["nonce cookie missing", "sign_in_unknown", (name, value) => (name.endsWith("_nonce") ? null : value)],
  ["state cookie in clear", "sign_in_unknown", (name, value) => (name.endsWith("_state") ? "clear" : value)],
  ["nonce cookie of another session", "nonce_wrong", (name, value, other) => (name.endsWith("_nonce") ? other : value)],
  ["verifier cookie of another session", "code_refused", (name, value, other) => (name.endsWith("_pkcecodeverifier") ? other : value)],
  ["state cookie of another session", "sign_in_unknown", (name, value, other) => (name.endsWith("_state") ? other : value)],
])("refused: %s", async (_name, code, change) => {
  const [browser, other] = [new EntraBrowser(), new EntraBrowser()];
  await answerOf(other);
  const back = await answerOf(browser);
  for (const [name, value] of browser.cookies) {
    const now = change(name, value, other.cookies.get(name) ?? "");
    if (now === null) browser.cookies.delete(name);
    else browser.cookies.set(name, now);
  }
  await refuses(code, () => browser.bring(back));
});

test("refused: the nonce cookie put in the state's place", async () => {
  const browser = new EntraBrowser();
  const back = await answerOf(browser);
  browser.cookies.set("flotilla_sign_in_state", browser.cookies.get("flotilla_sign_in_nonce") ?? "");
  await refuses("sign_in_unknown", () => browser.bring(back));
});

type User = { passwordHash?: string; ssoEnabled?: boolean; globalRole?: string; disabledAt?: Date; apiOnly?: boolean };
const addUser = (email: string, user: User) => getPrisma().user.create({ data: { email, name: "Grace", globalRole: "admin", ...user } });

test.each<[string, string, string, User, (email: string) => Record<string, unknown>]>([
  ["mail of an admin with a password", "user_has_password", "account_disabled", { passwordHash: "x" }, (email) => ({ preferred_username: email })],
  [
    "mail of an admin with a password, in capitals",
    "user_has_password",
    "account_disabled",
    { passwordHash: "x" },
    (email) => ({ preferred_username: email.toUpperCase() }),
  ],
  ["confirmed mail of an admin with a password", "user_has_password", "account_disabled", { passwordHash: "x" }, (email) => ({ email, xms_edov: true })],
  [
    "mail of an admin from another tenant",
    "tenant_wrong",
    "error",
    { ssoEnabled: true },
    (email) => ({ preferred_username: email, tid: "00000000-1111-4222-8333-444444444444" }),
  ],
  ["a guest who is called like an admin", "email_unproven", "error", { ssoEnabled: true }, (email) => ({ preferred_username: email, acct: 1 })],
  [
    "a guest of another provider who is called like an admin",
    "email_unproven",
    "error",
    { ssoEnabled: true },
    (email) => ({ preferred_username: email, idp: "https://sts.windows.net/00000000-1111-4222-8333-444444444444/" }),
  ],
  [
    "a guest with an admin's mail that isn't confirmed",
    "email_unproven",
    "error",
    { ssoEnabled: true },
    (email) => ({ email, acct: 1, preferred_username: "x" }),
  ],
  [
    "an admin's mail that isn't confirmed, without a sign-in name",
    "email_unproven",
    "error",
    { ssoEnabled: true },
    (email) => ({ email, preferred_username: undefined }),
  ],
  [
    "an admin's mail that is said not to be confirmed",
    "email_unproven",
    "error",
    { ssoEnabled: true },
    (email) => ({ email, xms_edov: false, preferred_username: undefined }),
  ],
  [
    "an admin's mail that is said not to be confirmed, as a word",
    "email_unproven",
    "error",
    { ssoEnabled: true },
    (email) => ({ email, xms_edov: "0", preferred_username: undefined }),
  ],
  ["mail of a disabled user", "user_disabled", "account_disabled", { ssoEnabled: true, disabledAt: new Date() }, (email) => ({ preferred_username: email })],
  ["mail of a user for programs", "user_api_only", "account_disabled", { ssoEnabled: true, apiOnly: true }, (email) => ({ preferred_username: email })],
  ["no mail at all", "email_missing", "error", {}, () => ({ preferred_username: undefined })],
  ["a sign-in name that is no address", "email_missing", "error", {}, () => ({ preferred_username: "ada" })],
])("refused: %s", async (name, code, status, user, claims) => {
  const email = `grace.${refused}@aldergate.example`;
  const { id } = await addUser(email, user);
  scene.provider.answer = { person: newPerson(claims(email)) };
  await refuses(code, () => new EntraBrowser().signIn(scene.provider, slug), status);
  expect(await getPrisma().account.count({ where: { userId: id } }), name).toBe(0);
});

test("refused: somebody new with the sign-in name of a user who is known by another object id", async () => {
  const person = newPerson();
  await addUser(person.preferred_username.toLowerCase(), { ssoEnabled: true });
  scene.provider.answer = { person };
  expect((await new EntraBrowser().signIn(scene.provider, slug)).headers.get("location")).toBe("http://flotilla.test/");
  scene.provider.answer = { person: newPerson({ preferred_username: person.preferred_username }) };
  await refuses("identity_differs", () => new EntraBrowser().signIn(scene.provider, slug));
});

test("refused: an admin's mail that isn't confirmed beside a sign-in name of one's own finds the own name alone", async () => {
  await addUser("target@aldergate.example", { ssoEnabled: true });
  await getPrisma().ssoDirectory.updateMany({ data: { jitProvisioning: false } });
  scene.provider.answer = { person: newPerson({ email: "target@aldergate.example" }) };
  await refuses("user_unknown", () => new EntraBrowser().signIn(scene.provider, slug), "account_invalid");
});

test("refused: a stranger while people aren't added by themselves", async () => {
  await getPrisma().ssoDirectory.updateMany({ data: { jitProvisioning: false } });
  await refuses("user_unknown", () => new EntraBrowser().signIn(scene.provider, slug), "account_invalid");
});

test("an app role that is called like an admin's makes nobody an admin", async () => {
  const person = newPerson({ roles: ["dt.global.admin", "admin", "Global Administrator"] });
  scene.provider.answer = { person };
  await new EntraBrowser().signIn(scene.provider, slug);
  expect(await getPrisma().user.findUnique({ where: { email: person.preferred_username.toLowerCase() } })).toMatchObject({ globalRole: "observer" });
});

test.each([
  "https://evil.example",
  "//evil.example",
  "/\\evil.example",
  "javascript:alert(1)",
  "/sign-in?status=error",
  "/api/auth/callback/x",
  "http:flotilla.test@evil.example",
  "/%09/evil.example",
])("a sign-in never ends at %s", async (next) => {
  const browser = new EntraBrowser();
  const response = await browser.signIn(scene.provider, slug, `?next=${encodeURIComponent(next)}`);
  const location = new URL(response.headers.get("location") ?? "");
  expect(location.origin).toBe("http://flotilla.test");
  expect(location.pathname).not.toMatch(/^\/(sign-in|api)/);
  expect(browser.session).toBeDefined();
});

test.each(["https://evil.example/", "//evil.example/", "http://flotilla.test.evil.example/", "http://flotilla.test@evil.example/", "javascript:alert(1)"])(
  "nor does a planted cookie lead it to %s",
  async (planted) => {
    const browser = new EntraBrowser();
    const back = await answerOf(browser);
    browser.cookies.set("flotilla_sign_in_callbackurl", encodeURIComponent(planted));
    const location = (await browser.bring(back)).headers.get("location") ?? "";
    expect(new URL(location, "http://flotilla.test").origin).toBe("http://flotilla.test");
    expect((await browser.bring(changed(back, (query) => query.set("callbackUrl", planted)))).headers.get("location")).toMatch(/^\/sign-in\?/);
  },
);

async function sealed(): Promise<string> {
  const found = await findSignInDirectory(testServerContext(), slug);
  expect(found).not.toBeNull();
  return (await getPrisma().ssoDirectory.findUniqueOrThrow({ where: { slug } })).secretCiphertext;
}
