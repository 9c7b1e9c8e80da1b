import { beforeEach, expect, test, vi } from "vitest";
import { POST as login } from "@/app/api/v1/fleet/login/route";
import { POST as logout } from "@/app/api/v1/fleet/logout/route";
import { GET as me } from "@/app/api/v1/fleet/me/route";
import { POST as setup } from "@/app/api/v1/fleet/setup/route";
import { GET as version } from "@/app/api/v1/fleet/version/route";
import { getPrisma } from "../db/prisma";
import { hashToken, openSecret } from "../secret-box";
import { callRoute } from "../testing/call-route";
import { testServerContext } from "../testing/test-context";
import { announceSetup, ensureSetup } from "./ensure-setup";
import { enrollSecretPurpose } from "./finish-setup";
import { isSetUp } from "./get-organisation";
import { issueSetupToken } from "./setup-token";

const ctx = () => ({ ...testServerContext(), now: () => new Date() });
const nothing = { PORT: 3000 };

// Each test begins with a server that was never set up.
beforeEach(async () => {
  await getPrisma().enrollSecret.deleteMany();
  await getPrisma().user.deleteMany();
  await getPrisma().organisation.update({ where: { id: 1 }, data: { setUpAt: null, setupTokenHash: null, name: "", publicUrl: "" } });
  delete (globalThis as { flotillaIsSetUp?: string }).flotillaIsSetUp;
});

let address = 0;
function sendSetup(token: string, over: object = {}): Promise<Response> {
  address += 1;
  return callRoute(setup, {
    headers: { "x-flotilla-address": `192.0.2.${address}` },
    body: {
      setup_token: token,
      admin: { name: "Ines Ribeiro", email: "Ines@Example.test", password: "long-enough-1", password_confirmation: "long-enough-1", admin: true },
      org_info: { org_name: "Aldergate Research" },
      server_url: "https://flotilla.example.test/",
      ...over,
    },
  });
}

test("the token that was printed sets up once; after that nothing stands there", async () => {
  const token = (await issueSetupToken(ctx())) ?? "";
  const response = await sendSetup(token);
  expect(response.status).toBe(200);
  const answer = (await response.json()) as { token: string; osquery_enroll_secret: string; admin: object };
  expect(answer).toMatchObject({
    admin: { email: "ines@example.test", global_role: "admin" },
    org_info: { org_name: "Aldergate Research" },
    server_url: "https://flotilla.example.test",
  });
  expect((await callRoute(me, { token: answer.token })).status).toBe(200);
  const [secret] = await getPrisma().enrollSecret.findMany();
  expect(secret).toMatchObject({ teamId: null, secretHash: hashToken(answer.osquery_enroll_secret) });
  expect(openSecret(secret?.secretCiphertext ?? "", enrollSecretPurpose)).toBe(answer.osquery_enroll_secret);
  expect((await getPrisma().organisation.findUniqueOrThrow({ where: { id: 1 } })).setupTokenHash).toBeNull();
  expect((await sendSetup(token)).status).toBe(404);
  expect((await callRoute(setup, { body: "not json" })).status).toBe(404);
  expect(await issueSetupToken(ctx())).toBeNull();
});

test("a wrong token is a 403 and changes nothing", async () => {
  await issueSetupToken(ctx());
  const response = await sendSetup("a wrong token");
  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({ code: "setup_token_wrong" });
  expect(await isSetUp(ctx())).toBe(false);
  expect(await getPrisma().user.count()).toBe(0);
});

test("the token is stored by its hash, and those of several instances that start together all work", async () => {
  const first = (await issueSetupToken(ctx())) ?? "";
  const second = (await issueSetupToken(ctx())) ?? "";
  const stored = (await getPrisma().organisation.findUniqueOrThrow({ where: { id: 1 } })).setupTokenHash;
  expect(stored).toBe(`${hashToken(second)},${hashToken(first)}`);
  expect((await sendSetup(first)).status).toBe(200);
});

test("two people who finish at the same moment make one organisation", async () => {
  const token = (await issueSetupToken(ctx())) ?? "";
  const answers = await Promise.all([sendSetup(token), sendSetup(token, { admin: { name: "B", email: "b@example.test", password: "long-enough-2" } })]);
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 404]);
  expect(await getPrisma().user.count()).toBe(1);
});

test.each([
  ["admin.password", { admin: { name: "I", email: "i@example.test", password: "short-1" } }, "needs at least 12 characters"],
  ["admin.password", { admin: { name: "I", email: "i@example.test", password: "no number here!" } }, "needs a number"],
  ["admin.password", { admin: { name: "I", email: "i@example.test", password: "nosymbolhere1" } }, "needs a symbol such as ! or -"],
  [
    "admin.password_confirmation",
    { admin: { name: "I", email: "i@example.test", password: "long-enough-1", password_confirmation: "other" } },
    "differs from the password",
  ],
  ["admin.email", { admin: { name: "I", email: "nobody", password: "long-enough-1" } }, "expected an e-mail address, such as ines@example.com"],
  ["org_info.org_name", { org_info: { org_name: " " } }, "expected the organisation's name"],
  ["server_url", { server_url: "ftp://x" }, "expected an address such as https://flotilla.example.com, without a path"],
  ["server_url", { server_url: "https://x.test/path" }, "expected an address such as https://flotilla.example.com, without a path"],
])("%s is checked and named", async (name, over, reason) => {
  const response = await sendSetup((await issueSetupToken(ctx())) ?? "", over);
  expect(response.status).toBe(422);
  expect(((await response.json()) as { errors: object[] }).errors).toContainEqual({ name, reason });
});

test("ADMIN_EMAIL and ADMIN_PASSWORD do the first run without a person, and only the first", async () => {
  const given = {
    ...nothing,
    ADMIN_EMAIL: "Ines.Ribeiro@Example.test",
    ADMIN_PASSWORD: "long-enough-1",
    ORGANISATION_NAME: "Aldergate",
    PUBLIC_URL: "https://f.example.test",
  };
  expect(await ensureSetup(ctx(), given)).toBe("finished_now");
  expect(await getPrisma().user.findMany({ select: { email: true, name: true, globalRole: true } })).toEqual([
    { email: "ines.ribeiro@example.test", name: "Ines Ribeiro", globalRole: "admin" },
  ]);
  expect(await getPrisma().enrollSecret.count({ where: { teamId: null } })).toBe(1);
  expect(await ensureSetup(ctx(), { ...given, ADMIN_EMAIL: "other@example.test", PUBLIC_URL: "https://moved.example.test" })).toBe("done");
  expect(await getPrisma().user.count()).toBe(1);
  expect((await getPrisma().organisation.findUniqueOrThrow({ where: { id: 1 } })).publicUrl).toBe("https://moved.example.test");
});

test.each([
  [{ ADMIN_EMAIL: "a@example.test" }, "admin_password_missing"],
  [{ ADMIN_PASSWORD: "long-enough-1" }, "admin_password_missing"],
  [{ ADMIN_EMAIL: "a@example.test", ADMIN_PASSWORD: "short" }, "admin_password_weak"],
  [{ PUBLIC_URL: "https://x.test/app" }, "public_url_invalid"],
])("%j stops the start with %s", async (given, code) => {
  await expect(ensureSetup(ctx(), { ...nothing, ...given })).rejects.toMatchObject({ code });
});

test("without them the start waits and prints the address that opens /setup", async () => {
  const print = vi.spyOn(console, "log").mockImplementation(() => undefined);
  expect(await ensureSetup(ctx(), nothing)).toBe("waiting");
  await announceSetup(ctx(), "http://localhost:3000");
  const line = String(print.mock.calls[0]?.[0]);
  print.mockRestore();
  const token = /http:\/\/localhost:3000\/setup\?token=([\w-]{32})$/.exec(line)?.[1] ?? "";
  expect((await sendSetup(token)).status).toBe(200);
});

test("login gives a bearer token for me, version and logout; before the first run it is a 404", async () => {
  const credentials = { email: "ines@example.test", password: "long-enough-1" };
  expect((await callRoute(login, { body: credentials })).status).toBe(404);
  await sendSetup((await issueSetupToken(ctx())) ?? "");
  const answer = (await (await callRoute(login, { body: credentials })).json()) as { token: string };
  expect(answer).toMatchObject({ user: { email: "ines@example.test", api_only: false, teams: [], fleets: [] }, available_teams: [], available_fleets: [] });
  expect(await (await callRoute(me, { token: answer.token, path: "/?include_ui_settings=1" })).json()).toMatchObject({
    user: { name: "Ines Ribeiro" },
    settings: { hidden_host_columns: [] },
  });
  expect(await (await callRoute(version, { token: answer.token })).json()).toEqual({
    version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
    branch: "",
    revision: "",
    go_version: "",
    build_date: "",
    build_user: "",
  });
  const out = await callRoute(logout, { method: "POST", token: answer.token });
  expect([out.status, await out.json()]).toEqual([200, {}]);
  expect((await callRoute(me, { token: answer.token })).status).toBe(401);
});

test("a failed login doesn't say which half was wrong", async () => {
  await sendSetup((await issueSetupToken(ctx())) ?? "");
  for (const body of [
    { email: "ines@example.test", password: "wrong" },
    { email: "nobody@example.test", password: "long-enough-1" },
  ]) {
    const response = await callRoute(login, { body });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ message: "Authentication failed", errors: [{ name: "base", reason: "Authentication failed" }] });
  }
  expect((await callRoute(login, { body: { email: "x" } })).status).toBe(422);
});
