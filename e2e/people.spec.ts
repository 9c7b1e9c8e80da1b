import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { stackAdmin } from "@/lib/simulator/stack/start-server";
import { startSmtpServer, type SmtpServer } from "@/lib/testing/smtp-server";
import { asNobody, expect, signIn, test as base } from "./fixtures";
import { expectSignedOut, newVisitor } from "./visitor";

/** With a mail server of this computer, which the stack's server is set up to use in the first test. */
const test = base.extend<object, { smtp: SmtpServer }>({
  smtp: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads a fixture's needs from the pattern
    async ({}, use) => {
      const smtp = await startSmtpServer();
      await use(smtp);
      await smtp.stop();
    },
    { scope: "worker" },
  ],
});

test.use({ scene: { name: "people" } });
test.describe.configure({ mode: "serial" });

const passwords = { given: "harbour-lantern-5-tides", chosen: "seven-quiet-boats-at-8", newer: "nine-quiet-boats-at-10" };
const greta = { name: "Greta Solberg", email: "greta.solberg@aldergate.example" };
const bastien = { name: "Bastien Moreau", email: "bastien.moreau@aldergate.example" };

/** The newest mail to somebody whose subject fits, and the link in it. */
async function linkMailedTo(smtp: SmtpServer, email: string, subject: RegExp): Promise<string> {
  const find = () => smtp.mails.findLast(({ to, headers }) => to.includes(email) && subject.test(headers.subject ?? ""));
  await expect.poll(() => find()?.headers.subject, { timeout: 20_000 }).toMatch(subject);
  return /https?:\/\/\S+/.exec(find()?.text ?? "")?.[0] ?? "";
}

/** A message that a page shows for a while; readers of screens get it a second time. */
const told = (page: Page, message: string) => expect(page.getByText(message).first()).toBeVisible();

/** What a person types twice where they choose a password. */
async function choosePassword(page: Page, password: string, label = "New password"): Promise<void> {
  await page.getByLabel(label, { exact: true }).fill(password);
  await page.getByLabel(`${label} again`, { exact: true }).fill(password);
}

const callApi = (baseURL: string | undefined, token: string, path: string, init: RequestInit = {}) =>
  fetch(`${baseURL}/api/v1/fleet/${path}`, { ...init, headers: { authorization: `Bearer ${token}`, "content-type": "application/json" } });

test("before mail is set up, a forgotten password and invites say what to do; then an admin sets it up and tries it", async ({
  page,
  smtp,
  browser,
  baseURL,
}) => {
  await asNobody(browser, baseURL, async (visitor) => {
    await visitor.goto("/sign-in");
    await visitor.getByRole("link", { name: "Forgot your password?" }).click();
    await expect(visitor.getByText("npm run admin:reset")).toBeVisible();
  });
  await page.goto("/users/invites");
  await expect(page.getByRole("button", { name: "Invite", exact: true })).toHaveAttribute("aria-disabled", "true");
  await page.getByRole("link", { name: "Set up mail" }).click();
  await page.getByLabel("Send mail").check();
  await page.getByLabel("Server", { exact: true }).fill("127.0.0.1");
  await page.getByLabel("Encryption").selectOption("none");
  await page.getByLabel("Port").fill(String(smtp.port));
  await page.getByLabel("Sender").fill("flotilla@aldergate.example");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText(/^Saved/)).toBeVisible();
  smtp.answers.RCPT = "550 5.1.1 No such mailbox here";
  await page.getByRole("button", { name: "Send a test mail to me" }).click();
  await expect(page.getByText(/No such mailbox here/)).toBeVisible();
  delete smtp.answers.RCPT;
  await page.getByRole("button", { name: "Send a test mail to me" }).click();
  await expect(page.getByText(`The server took it for ${stackAdmin.email}`)).toBeVisible();
  expect(smtp.mails).toHaveLength(1);
});

test("a person with a password has to choose their own at the first sign-in before anything else opens", async ({ page, browser, baseURL }) => {
  await page.goto("/users/new");
  await page.getByRole("radio", { name: "A person, with a password" }).check();
  await page.getByLabel("Name", { exact: true }).fill(greta.name);
  await page.getByRole("textbox", { name: "Mail address" }).fill(greta.email);
  await page.getByRole("textbox", { name: "Password" }).fill("too-short-1");
  await page.getByRole("button", { name: "Add user" }).click();
  await expect(page.getByText(/12 characters/).last()).toBeVisible();
  await page.getByRole("textbox", { name: "Password" }).fill(passwords.given);
  await page.getByRole("button", { name: "Add user" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(greta.name);
  await asNobody(browser, baseURL, async (visitor) => {
    await signIn(visitor, { email: greta.email, password: passwords.given });
    await expect(visitor).toHaveURL(/\/required-password-reset$/);
    await visitor.goto("/hosts");
    await expect(visitor).toHaveURL(/\/required-password-reset$/);
    await choosePassword(visitor, passwords.chosen);
    await visitor.getByRole("button", { name: "Save and go on" }).click();
    await expect(visitor).toHaveURL((url) => url.pathname === "/");
  });
});

test("an API-only user’s token is shown once, reads as its role allows, and stops when it is revoked", async ({ page, baseURL }) => {
  await page.goto("/users/new");
  await page.getByRole("radio", { name: "A program, by API token" }).check();
  await page.getByLabel("Name", { exact: true }).fill("Nightly report");
  await page.getByRole("button", { name: "Add and show the token" }).click();
  await expect(page.getByRole("heading", { name: "“Nightly report” was added" })).toBeVisible();
  const token = await page.getByLabel("Token", { exact: true }).inputValue();
  expect(token).toMatch(/^flt_[\w-]{43}$/);
  expect((await callApi(baseURL, token, "hosts")).status).toBe(200);
  const write = { method: "POST", body: JSON.stringify({ name: "Mine" }) };
  expect((await callApi(baseURL, token, "teams", write)).status, "an observer writes nothing").toBe(403);
  expect((await fetch(`${baseURL}/hosts`, { headers: { authorization: `Bearer ${token}` }, redirect: "manual" })).status, "pages take no token").toBe(307);
  await page.getByRole("link", { name: "I have copied it" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Nightly report");
  const tokens = page.getByRole("table", { name: "API tokens" });
  await expect(tokens).toContainText(`ends in ${token.slice(-4)}`);
  expect(await page.content()).not.toContain(token.slice(0, 20));
  await tokens.getByRole("button", { name: /^Revoke/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Revoke token" }).click();
  await told(page, "It doesn’t work any more.");
  await expect(page.getByText("No token yet, so this user can do nothing.")).toBeVisible();
  expect((await callApi(baseURL, token, "hosts")).status).toBe(401);
});

test("an invite comes by mail, opens once, and whoever accepts it signs in with the role that it names", async ({ page, smtp, browser, baseURL }) => {
  await page.goto("/users/invites");
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill(bastien.name);
  await dialog.getByLabel("Email", { exact: true }).fill(greta.email);
  await dialog.getByRole("radio", { name: "Maintainer" }).check();
  await dialog.getByRole("button", { name: "Send the invite" }).click();
  await expect(dialog.getByText(/already|belongs to/i).first(), "who is in isn’t invited").toBeVisible();
  await dialog.getByLabel("Email", { exact: true }).fill(bastien.email);
  await dialog.getByRole("button", { name: "Send the invite" }).click();
  await told(page, `The invite to ${bastien.email} is on its way.`);
  await expect(page.getByRole("table", { name: "Invites" })).toContainText(bastien.name);
  const link = await linkMailedTo(smtp, bastien.email, /^Join /);
  await asNobody(browser, baseURL, async (visitor) => {
    await visitor.goto(link);
    await expect(visitor.getByRole("heading", { name: "Join Aldergate Research" })).toBeVisible();
    await expect(visitor, "the token leaves the address bar").toHaveURL(/\/accept-invite$/);
    await choosePassword(visitor, passwords.chosen, "Password");
    await visitor.getByRole("button", { name: "Join" }).click();
    await expect(visitor.getByRole("heading", { name: "Your account is ready" })).toBeVisible();
    await signIn(visitor, { email: bastien.email, password: passwords.chosen });
    await visitor.goto("/account");
    await expect(visitor.getByRole("region", { name: "Profile" })).toContainText("Maintainer");
  });
  await asNobody(browser, baseURL, async (visitor) => {
    await visitor.goto(link);
    await expect(visitor.getByRole("heading", { name: "This invite doesn’t open any more" })).toBeVisible();
  });
  await page.reload();
  await expect(page.getByRole("heading", { name: "Nobody is invited" })).toBeVisible();
});

test("a forgotten password is replaced by a mailed link, which signs out everywhere and works once", async ({ smtp, browser, baseURL }) => {
  const { page: other, context } = await newVisitor(browser, baseURL);
  await signIn(other, { email: greta.email, password: passwords.chosen });
  let link = "";
  await asNobody(browser, baseURL, async (visitor) => {
    for (const email of ["nobody.at.all@aldergate.example", greta.email]) {
      await visitor.goto("/forgot-password");
      await visitor.getByLabel("Email").fill(email);
      await visitor.getByRole("button", { name: "Mail me a link" }).click();
      await expect(visitor.getByRole("heading", { name: "Look into your mail" }), "the same for everybody").toBeVisible();
    }
    link = await linkMailedTo(smtp, greta.email, /password/i);
    await visitor.goto(link);
    await expect(visitor).toHaveURL(/\/reset-password$/);
    await choosePassword(visitor, passwords.newer);
    await visitor.getByRole("button", { name: "Set the new password" }).click();
    await expect(visitor.getByRole("heading", { name: "Your new password is set" })).toBeVisible();
    await visitor.goto(link);
    await choosePassword(visitor, passwords.given);
    await visitor.getByRole("button", { name: "Set the new password" }).click();
    await expect(visitor.getByRole("heading", { name: "This link doesn’t work any more" })).toBeVisible();
    await signIn(visitor, { email: greta.email, password: passwords.newer });
  });
  await expectSignedOut(other);
  await context.close();
  expect(smtp.mails.some(({ to }) => to.includes("nobody.at.all@aldergate.example"))).toBe(false);
});

test("on My account, a person ends another session, makes and revokes a token, and a new password ends the rest", async ({ browser, baseURL }) => {
  const [desk, phone] = [await newVisitor(browser, baseURL), await newVisitor(browser, baseURL)];
  for (const { page } of [desk, phone]) await signIn(page, { email: bastien.email, password: passwords.chosen });
  const { page } = desk;
  await page.goto("/account");
  const sessions = page.getByRole("table", { name: "Sessions" });
  // The one of the test before this one is still open.
  await page.getByRole("button", { name: "End all others" }).click();
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /^End \d session/ })
    .click();
  await expect(sessions.locator("tbody tr")).toHaveCount(1);
  await expectSignedOut(phone.page);
  await signIn(phone.page, { email: bastien.email, password: passwords.chosen });
  await page.reload();
  await sessions.getByRole("button", { name: /^End the session/ }).click();
  await expect(sessions.locator("tbody tr")).toHaveCount(1);
  await expectSignedOut(phone.page);

  await page.getByRole("button", { name: "Make a token" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("What it is for").fill("Inventory");
  await dialog.getByRole("button", { name: "Make token" }).click();
  const token = await dialog.getByLabel("Token", { exact: true }).inputValue();
  await dialog.getByRole("button", { name: "I have copied it" }).click();
  const me = await callApi(baseURL, token, "me");
  expect(await me.json()).toMatchObject({ user: { email: bastien.email, global_role: "maintainer" } });
  expect((await callApi(baseURL, token, "users")).status, "a maintainer sees no users").toBe(403);
  await page.reload();
  await page.getByRole("button", { name: "Revoke Inventory" }).click();
  await dialog.getByRole("button", { name: "Revoke token" }).click();
  await told(page, "Revoked Inventory. It doesn’t work any more.");
  expect((await callApi(baseURL, token, "me")).status).toBe(401);

  await signIn(phone.page, { email: bastien.email, password: passwords.chosen });
  await page.getByLabel("Present password").fill(passwords.chosen);
  await page.getByLabel("New password", { exact: true }).fill(passwords.newer);
  await page.getByLabel("New password again").fill(passwords.newer);
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("Changed. Your other session ended.")).toBeVisible();
  await expectSignedOut(phone.page);
  await page.goto("/hosts");
  await expect(page, "this one goes on").toHaveURL(/\/hosts$/);
  for (const { context } of [desk, phone]) await context.close();
});

test("Activity tells all of it: narrowed, searched, looked into, and taken out as files without a secret", async ({ page }) => {
  await page.goto("/activities");
  const rows = page.getByRole("table", { name: /Activities/ }).locator("tbody tr");
  await page.getByRole("button", { name: "About" }).click();
  await page.getByRole("menuitemradio", { name: "API tokens" }).click();
  await expect(page).toHaveURL(/about=tokens/);
  await expect(rows).toHaveCount(4);
  await page.getByLabel("Search", { exact: true }).fill("Inventory");
  await expect(rows).toHaveCount(2);
  await rows.first().getByText("Details").click();
  await expect(rows.first()).toContainText("127.0.0.1");

  await page.goto(`/activities?q=${encodeURIComponent(bastien.email)}`);
  const saved = async (name: string) => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name }).click()]);
    return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
  };
  const csv = await saved("Export CSV");
  expect(csv.name).toMatch(/\.csv$/);
  expect(csv.text.split("\r\n")[0]).toMatch(/type/);
  expect(csv.text).toContain(bastien.email);
  expect(csv.text, "only what the filter shows").not.toContain(greta.email);
  const lines = (await saved("Export JSON lines")).text.trim().split("\n");
  const types = lines.map((line) => (JSON.parse(line) as { type: string }).type);
  expect(types).toEqual(expect.arrayContaining(["accepted_invite", "created_api_token", "revoked_api_token", "user_logged_in"]));
  for (const secret of [...Object.values(passwords), "flt_"]) {
    expect(csv.text).not.toContain(secret);
    expect(lines.join("\n")).not.toContain(secret);
  }
});
