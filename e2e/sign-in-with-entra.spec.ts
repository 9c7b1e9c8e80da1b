import type { Page } from "@playwright/test";
import { stackAdmin } from "@/lib/simulator/stack/start-server";
import { asNobody, expect, signIn, test } from "./fixtures";
import { expectRefusalInActivity, expectSignedOut, newVisitor, referenceOn } from "./visitor";

test.use({ scene: { name: "sign-in-with-entra", microsoft: { tenants: ["happy", "second-tenant"] } } });
test.describe.configure({ mode: "serial" });

const settings = "/settings/integrations/single-sign-on";
const directoryName = "Aldergate Research";
const app = { clientId: "0f6a2f34-9c1b-4d0e-8a57-6f1f0d5b7c11", secret: "simulator-only.sign-in" };
const person = (local: string) => `${local}@aldergate.example`;

/** Leads from the sign-in page to Microsoft's, where the person picks their account. `tenant`: signed in at Microsoft with an account of another one. */
async function signInAs(page: Page, name: string, { from = "/sign-in", tenant = "" } = {}): Promise<void> {
  await page.goto(from);
  await page.getByRole("link", { name: `Sign in with ${directoryName}` }).click();
  await expect(page.getByRole("heading", { name: "Pick an account" })).toBeVisible();
  if (tenant) await page.goto(`${page.url()}&directory=${tenant}`);
  await page.getByRole("button", { name }).click();
}

/** Opens a user's page from the list, as an admin. */
async function openUser(page: Page, name: string): Promise<void> {
  await page.goto(`/users?q=${encodeURIComponent(name)}`);
  await page.getByRole("table", { name: "Users" }).getByRole("link", { name }).click();
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();
}

/** The role that My account tells a person. */
async function expectOwnRole(page: Page, role: string): Promise<void> {
  await page.goto("/account");
  await expect(page.getByRole("region", { name: "Profile" })).toContainText(role);
}

const openDirectory = async (page: Page) => {
  await page.goto(settings);
  await page.getByRole("link", { name: directoryName }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(directoryName);
};

test("an admin registers the app, adds the directory as a draft, tries it in a second window, and switches it on", async ({
  page,
  stack,
  browser,
  baseURL,
}) => {
  await page.goto(settings);
  await expect(page.getByRole("heading", { name: "Nobody signs in with Microsoft yet" })).toBeVisible();
  await page.getByRole("link", { name: "Add a directory" }).click();
  const redirectUri = await page.locator("code", { hasText: "/api/auth/callback/" }).innerText();
  stack.microsoft.registerApp({
    clientId: app.clientId,
    displayName: "Flotilla sign-in",
    secrets: [{ value: app.secret, expiresAt: "2099-01-01T00:00:00.000Z" }],
    redirectUris: [redirectUri],
    requiredRoles: [],
    groupsClaim: true,
  });
  await page.getByLabel("Name", { exact: true }).fill(directoryName);
  await page.getByLabel("Directory (tenant) ID").fill(stack.microsoft.tenants.happy.id);
  await page.getByLabel("Application (client) ID").fill(app.clientId);
  await page.getByLabel("Client secret").fill("the-secrets-id-instead-of-its-value");
  await page.getByRole("button", { name: "Save as a draft" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(directoryName);
  await expect(page.getByText("Draft, not tried")).toBeVisible();
  await expect(page.getByRole("button", { name: "Switch on for everyone" })).toHaveCount(0);
  await asNobody(browser, baseURL, async (visitor) => {
    await visitor.goto("/sign-in");
    await expect(visitor.getByRole("link", { name: /^Sign in with/ })).toHaveCount(0);
  });

  const tryIt = async (button: string, name: string, title: string) => {
    const [second] = await Promise.all([page.waitForEvent("popup"), page.getByRole("button", { name: button, exact: true }).click()]);
    await second.getByRole("button", { name }).click();
    await expect(second.getByRole("heading", { level: 1 })).toHaveText(title);
    await second.close();
  };
  const trial = page.getByRole("region", { name: "Trial" });
  await tryIt("Try it", "Tomasz Kowalczyk", "It didn’t work");
  await expect(trial).toContainText(/secret/i);
  await page.getByLabel("New client secret").fill(app.secret);
  await page.getByRole("region", { name: "Settings" }).getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved. Now try it.")).toBeVisible();
  await tryIt("Try it", "Tomasz Kowalczyk", "It works");
  await expect(trial).toContainText("It works.");
  await expect(trial).toContainText("Tomasz Kowalczyk");
  await expect(trial, "nobody is added before an admin allows it").toContainText("this person would still be kept out");
  await page.getByRole("button", { name: "Switch on for everyone" }).click();
  await expect(page.getByRole("heading", { level: 1 }).locator("..")).toContainText("On");
  await expect(page.getByRole("button", { name: "Switch off" })).toBeVisible();
});

test("somebody whom an admin added as an SSO user comes in without provisioning, to the page that they wanted", async ({ page, browser, baseURL }) => {
  await page.goto("/users/new");
  await page.getByLabel("Name", { exact: true }).fill("Ravi Subramanian");
  await page.getByRole("textbox", { name: "Mail address" }).fill(person("Ravi.Subramanian"));
  await page.getByRole("button", { name: "Add user" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Ravi Subramanian");
  await expect(page.getByText("There is no password here.")).toBeVisible();
  await asNobody(browser, baseURL, async (visitor) => {
    await visitor.goto("/policies");
    await expect(visitor).toHaveURL(/\/sign-in\?next=%2Fpolicies/);
    await visitor.getByRole("link", { name: `Sign in with ${directoryName}` }).click();
    await visitor.getByRole("button", { name: "Ravi Subramanian" }).click();
    await expect(visitor).toHaveURL(/\/policies$/);
    await expect(visitor.getByRole("link", { name: "Add policy" })).toHaveCount(0);
    await expectOwnRole(visitor, "Observer");
  });
  await page.reload();
  await expect(page.getByRole("complementary", { name: "Facts and activity" })).not.toContainText("Never");
});

test("a stranger, and a person of another tenant, are refused with a sentence and a reference that Activity explains", async ({
  page,
  browser,
  baseURL,
  stack,
}) => {
  const { page: visitor, context } = await newVisitor(browser, baseURL);
  await signInAs(visitor, "Lerato Mokoena");
  await expect(visitor).toHaveURL(/\/sign-in\?status=account_invalid&ref=/);
  await expect(visitor.getByText("You have no account here yet.")).toBeVisible();
  const unknown = await referenceOn(visitor);
  await expectRefusalInActivity(page, unknown, [/lerato\.mokoena@aldergate\.example/, /Reason/]);

  await signInAs(visitor, "Ravi Subramanian", { tenant: stack.microsoft.tenants["second-tenant"].id });
  await expect(visitor).toHaveURL(/\/sign-in\?status=error&ref=/);
  await expect(visitor.getByText("Signing in didn’t work.")).toBeVisible();
  await expectRefusalInActivity(page, await referenceOn(visitor), [/Reason/, new RegExp(directoryName)]);

  await visitor.goto("/sign-in");
  await visitor.getByRole("link", { name: `Sign in with ${directoryName}` }).click();
  await visitor.getByRole("button", { name: "Cancel" }).click();
  await expect(visitor).toHaveURL(/\/sign-in\?status=error/);
  expect((await context.cookies()).map(({ name }) => name)).not.toContain("flotilla_session");
  await context.close();
});

test("a role change counts at the next press in the person’s own browser, and disabling signs them out everywhere", async ({ page, browser, baseURL }) => {
  const [desk, phone] = [await newVisitor(browser, baseURL), await newVisitor(browser, baseURL)];
  await signInAs(desk.page, "Ravi Subramanian");
  await expect(desk.page).toHaveURL((url) => url.pathname === "/");
  await openUser(page, "Ravi Subramanian");
  await page.getByRole("radio", { name: "Maintainer" }).check();
  await page.getByRole("button", { name: "Save roles" }).click();
  await expect(page.getByText("Roles saved.").first()).toBeVisible();
  await expectSignedOut(desk.page);
  for (const { page: visitor } of [desk, phone]) {
    await signInAs(visitor, "Ravi Subramanian");
    await expectOwnRole(visitor, "Maintainer");
  }
  await page.reload();
  await expect(page.getByRole("table", { name: "Sessions" }).locator("tbody tr")).toHaveCount(2);

  await page.getByRole("button", { name: "Disable…" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Disable" }).click();
  await expect(page.getByText("Ravi Subramanian is disabled.").first()).toBeVisible();
  for (const { page: visitor } of [desk, phone]) await expectSignedOut(visitor);
  await signInAs(desk.page, "Ravi Subramanian");
  await expect(desk.page).toHaveURL(/\/sign-in\?status=account_disabled&ref=/);
  await expectRefusalInActivity(page, await referenceOn(desk.page), [/disabled/]);
  for (const { context } of [desk, phone]) await context.close();
});

test("with provisioning on, people are added as they come, with the role that an app role or a group gives", async ({ page, browser, baseURL, stack }) => {
  await openDirectory(page);
  await page.getByLabel("Add people when they first sign in").check();
  await page.getByRole("region", { name: "People" }).getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("region", { name: "People" }).getByText("Saved.")).toBeVisible();

  const rules = page.getByRole("region", { name: "Roles" });
  const staff = stack.microsoft
    .snapshot()
    .tenants.find(({ name }) => name === "happy")
    ?.groups.find(({ displayName }) => displayName === "All staff");
  await rules.getByRole("button", { name: "Add a rule" }).click();
  await rules.getByLabel("Value of the app role").fill("fleet.admin");
  await rules.getByLabel("Role", { exact: true }).selectOption("Admin");
  await rules.getByRole("button", { name: "Add a rule" }).click();
  await rules.getByLabel("What is held in Entra").last().selectOption("Group");
  await rules.getByLabel("Object ID of the group").fill(staff?.id ?? "");
  await rules.getByRole("button", { name: "Save rules" }).click();
  await expect(rules.getByText(/Confirm that these people become global admins/i), "an admin rule is confirmed first").toBeVisible();
  await rules.getByLabel(/becomes a global admin/).check();
  await rules.getByRole("button", { name: "Save rules" }).click();
  await expect(rules.getByText("The rules count from each person’s next sign-in.")).toBeVisible();

  stack.microsoft.registerUser({ tenantId: "happy", upn: person("olena.shevchenko"), appRoles: ["fleet.admin"] });
  await asNobody(browser, baseURL, async (visitor) => {
    await signInAs(visitor, "Олена Шевченко");
    await expectOwnRole(visitor, "Admin");
    await visitor.goto("/users");
    await expect(visitor.getByRole("link", { name: "Add user" })).toBeVisible();
  });
  await asNobody(browser, baseURL, async (visitor) => {
    await signInAs(visitor, "Lerato Mokoena");
    await expectOwnRole(visitor, "Observer");
  });
  await asNobody(browser, baseURL, async (visitor) => {
    await signInAs(visitor, "Lin (contractor)");
    await expect(visitor).toHaveURL(/\/no-access$/);
    await expect(visitor.getByRole("heading", { name: "You have no role here yet" })).toBeVisible();
    await visitor.goto("/hosts");
    await expect(visitor).toHaveURL(/\/no-access$/);
  });
  await page.goto("/activities?about=&q=olena");
  await expect(page.getByRole("table", { name: /Activities/ })).toContainText("Олена Шевченко");
});

test("the password stays behind its link for the day when Microsoft can’t be reached", async ({ browser, baseURL, stack }) => {
  await asNobody(browser, baseURL, async (visitor) => {
    await visitor.goto("/sign-in");
    await expect(visitor.getByLabel("Password")).toHaveCount(0);
    await visitor.getByRole("link", { name: "Use a password instead" }).click();
    await visitor.getByLabel("Email").fill(person("olena.shevchenko"));
    await visitor.getByLabel("Password").fill(stackAdmin.password);
    await visitor.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(visitor.getByText("Email or password isn’t right."), "who comes by single sign-on has no password").toBeVisible();
  });
  await asNobody(browser, baseURL, async (visitor) => {
    const before = stack.microsoft.journal().length;
    await signIn(visitor);
    await expect(visitor).toHaveURL((url) => url.pathname === "/");
    expect(stack.microsoft.journal().slice(before)).toEqual([]);
  });
});

test("the last global admin with a password can’t be demoted, also when others come by single sign-on", async ({ browser, baseURL }) => {
  await asNobody(browser, baseURL, async (visitor) => {
    await signInAs(visitor, "Олена Шевченко");
    await expect(visitor).toHaveURL((url) => url.pathname === "/");
    await visitor.goto(`/users?q=${encodeURIComponent(stackAdmin.email)}`);
    await visitor.getByRole("table", { name: "Users" }).locator("tbody").getByRole("link").click();
    await visitor.getByRole("radio", { name: /^Observer Reads/ }).check();
    await visitor.getByRole("button", { name: "Save roles" }).click();
    await expect(visitor.getByText(/the last global admin who signs in with a password/)).toBeVisible();
    await visitor.getByRole("button", { name: "Disable…" }).click();
    await visitor.getByRole("dialog").getByRole("button", { name: "Disable" }).click();
    await expect(visitor.getByRole("dialog")).toContainText("the last global admin who signs in with a password");
    await visitor.getByRole("dialog").getByRole("button", { name: "Keep" }).click();
    await visitor.getByRole("button", { name: "Switch to single sign-on" }).click();
    await visitor.getByRole("dialog").getByRole("button", { name: "Switch" }).click();
    await expect(visitor.getByRole("dialog")).toContainText("the last global admin who signs in with a password");
  });
});

test("a directory that is switched off is offered to nobody, and who is signed in stays so", async ({ page, browser, baseURL }) => {
  const { page: visitor, context } = await newVisitor(browser, baseURL);
  await signInAs(visitor, "Lerato Mokoena");
  await openDirectory(page);
  await page.getByRole("button", { name: "Switch off" }).click();
  await expect(page.getByRole("button", { name: "Switch on for everyone" })).toBeVisible();
  await expectStillIn(visitor);
  await asNobody(browser, baseURL, async (stranger) => {
    await stranger.goto("/sign-in");
    await expect(stranger.getByLabel("Password")).toBeVisible();
    await stranger.goto("/sign-in/sso/microsoft-entra-id");
    await expect(stranger.getByText("This way to sign in is switched off.")).toBeVisible();
  });
  await context.close();
});

async function expectStillIn(page: Page): Promise<void> {
  await page.goto("/hosts");
  await expect(page).toHaveURL(/\/hosts$/);
}
