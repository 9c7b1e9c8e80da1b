import { afterAll, beforeAll, expect, test } from "vitest";
import { getPrisma } from "@/lib/db/prisma";
import { resetEnv } from "@/lib/env";
import { startTestSimulator, type TestSimulator } from "@/lib/simulator/microsoft/simulator-for-tests";
import { createDirectory } from "@/lib/sso/oidc/create-directory";
import { secretProblemOf } from "@/lib/sso/oidc/directory";
import { DirectoryDraft } from "@/lib/sso/oidc/directory-forms";
import { disableDirectory } from "@/lib/sso/oidc/disable-directory";
import { enableDirectory } from "@/lib/sso/oidc/enable-directory";
import { listDirectories } from "@/lib/sso/oidc/list-directories";
import { updateDirectory } from "@/lib/sso/oidc/update-directory";
import { EntraBrowser, testPublicUrl } from "@/lib/testing/oidc/entra-browser";
import { testUserContext } from "@/lib/testing/test-context";
import { trustSimulator } from "@/lib/testing/trust-simulator";

const clientId = "b1e7c0de-0001-4000-8000-5160ab1e0001";
const slug = "microsoft-entra-id";
let microsoft: TestSimulator;
let distrust: () => Promise<void>;

beforeAll(async () => {
  microsoft = await startTestSimulator();
  distrust = trustSimulator(microsoft.caFile);
  process.env.MICROSOFT_LOGIN_URL = microsoft.loginUrl;
  resetEnv();
  microsoft.registerApp({
    clientId,
    secrets: [{ value: "simulator-only", expiresAt: "2099-12-31T00:00:00Z" }],
    redirectUris: [`${testPublicUrl}/api/auth/callback/${slug}`],
    requiredRoles: [],
    groupsClaim: true,
  });
  await getPrisma().organisation.upsert({ where: { id: 1 }, update: { publicUrl: testPublicUrl }, create: { id: 1, publicUrl: testPublicUrl } });
  const draft = { name: "Aldergate", tenantId: microsoft.tenants.happy.id, clientId, clientSecret: "simulator-only", jitProvisioning: true };
  const { id, settings } = await createDirectory(await testUserContext("admin"), DirectoryDraft.parse(draft));
  const startedAt = new Date().toISOString();
  const trial = { id: "t", status: "succeeded", settings, session: "s", startedAt, startedBy: { userId: 1, name: "Admin" } };
  await getPrisma().ssoDirectory.update({ where: { id }, data: { enabledAt: new Date(), trial } });
  await getPrisma().ssoRoleRule.create({ data: { directoryId: id, source: "app_role", value: "fleet.maintainer", role: "maintainer" } });
});
afterAll(async () => {
  delete process.env.MICROSOFT_LOGIN_URL;
  resetEnv();
  await distrust();
  await microsoft.stop();
});

/** Signs in as a person who picks themself on Microsoft's page. */
async function signInAs(upn: string): Promise<Response> {
  const browser = new EntraBrowser();
  const asked = new URL((await browser.open(slug)).headers.get("location") ?? "");
  expect((await microsoft.call("GET", asked.href)).text).toContain("Pick an account");
  const form = { ...Object.fromEntries(asked.searchParams), user: upn };
  const picked = await microsoft.call("POST", asked.origin + asked.pathname, { form });
  return browser.bring(new URL(String(picked.headers.location)));
}

test("a person of the simulated tenant signs in over https, with the role that their app role gives", async () => {
  microsoft.registerUser({ tenantId: "happy", upn: "mara.lindqvist@aldergate.example", displayName: "Mara Lindqvist", appRoles: ["fleet.maintainer"] });
  expect((await signInAs("mara.lindqvist@aldergate.example")).headers.get("location")).toBe(`${testPublicUrl}/`);
  const user = await getPrisma().user.findUnique({ where: { email: "mara.lindqvist@aldergate.example" } });
  expect(user).toMatchObject({ name: "Mara Lindqvist", globalRole: "maintainer", ssoEnabled: true });
});

test("a secret that Entra no longer takes refuses the sign-in with that reason, and the directory shows it until it is replaced", async () => {
  const admin = await testUserContext("admin");
  const shown = async () => (await listDirectories(admin)).map(secretProblemOf);
  expect(await shown()).toEqual([null]);
  microsoft.registerApp({
    clientId,
    secrets: [{ value: "simulator-only", expiresAt: "2020-01-01T00:00:00Z" }],
    redirectUris: [`${testPublicUrl}/api/auth/callback/${slug}`],
    requiredRoles: [],
  });
  expect((await signInAs("tomasz.kowalczyk@aldergate.example")).headers.get("location")).toMatch(/^\/sign-in\?status=error&ref=/);
  const row = await getPrisma().activity.findFirst({ where: { type: "user_failed_login" }, orderBy: { id: "desc" } });
  expect(row?.details).toMatchObject({ code: "secret_expired", reason: expect.stringContaining("Make a new one in Entra") });
  expect(await shown()).toEqual([{ code: "secret_expired", at: expect.any(String) }]);
  const [directory] = await listDirectories(admin);
  const id = directory?.id ?? 0;
  await disableDirectory(admin, id);
  await expect(enableDirectory(admin, id)).rejects.toMatchObject({ code: "directory_untried" });
  await updateDirectory(admin, id, { clientSecret: "a~new~one" });
  expect(await shown()).toEqual([null]);
});
