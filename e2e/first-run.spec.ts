import type { Page } from "@playwright/test";
import { asNobody, expect, test } from "./fixtures";

test.use({ scene: { name: "first-run", setUp: false }, signedIn: false });
test.describe.configure({ mode: "serial" });

const admin = { name: "Ines Ribeiro", email: "ines@aldergate.example", password: "harbour-lantern-4-tides" };

function tokenOf(lines: string[]): string {
  return /\/setup\?token=(\S+)/.exec(lines.join("\n"))?.[1] ?? "";
}

test("before the first run, every way in leads to the setup", async ({ page }) => {
  await page.goto("/hosts");
  await expect(page).toHaveURL(/\/setup$/);
  await expect(page.getByRole("heading", { level: 1, name: "Set up Flotilla" })).toBeVisible();
  await expect(page.getByLabel("Setup token")).toBeVisible();
});

test("a wrong token is refused beside its field, and what was typed stays", async ({ page }) => {
  await page.goto("/setup?token=not-the-one");
  await fillSetup(page);
  await page.getByRole("button", { name: "Set up and sign in" }).click();
  await expect(page.getByLabel("Setup token")).toHaveAccessibleDescription(/token/i);
  await expect(page.getByLabel("Setup token")).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("Your name")).toHaveValue(admin.name);
  await expect(page.locator("fieldset", { hasText: "Organisation" }).getByLabel("Name")).toHaveValue("Aldergate Research");
});

test("a weak password and a missing name are said beside their fields, in one go", async ({ page, serverLines }) => {
  await page.goto(`/setup?token=${tokenOf(serverLines)}`);
  await fillSetup(page, { ...admin, name: "", password: "short" });
  await page.getByRole("button", { name: "Set up and sign in" }).click();
  await expect(page.getByLabel("Password", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("Your name")).toHaveAttribute("aria-invalid", "true");
});

test("the token from the console opens the setup, which signs in and shows an empty overview", async ({ page, browser, baseURL, serverLines }) => {
  const token = tokenOf(serverLines);
  expect(token, "the server printed the address of the setup").not.toBe("");
  await page.goto(`/setup?token=${token}`);
  await expect(page.getByLabel("Setup token")).toHaveCount(0);
  await fillSetup(page);
  await page.getByRole("button", { name: "Set up and sign in" }).click();
  await expect(page.getByRole("heading", { name: "No hosts yet" })).toBeVisible();
  await expect(page).toHaveURL(`${baseURL}/`);
  await page.getByRole("link", { name: "Add hosts" }).click();

  const dialog = page.getByRole("dialog", { name: "Add hosts" });
  await expect(dialog.getByText("--fleet-url=")).toContainText(new URL(baseURL ?? "").host);
  await expect(dialog.getByText("YOUR-ENROLL-SECRET")).toBeVisible();
  await dialog.getByRole("button", { name: "Show it" }).click();
  await expect(dialog.getByText("YOUR-ENROLL-SECRET")).toHaveCount(0);
  await dialog.getByLabel("osquery alone").check();
  await expect(dialog.getByText("--enroll_tls_endpoint=/api/osquery/enroll")).toBeVisible();
  await dialog.getByRole("button", { name: "Done" }).click();
  await expect(dialog).toHaveCount(0);

  await page.goto(`/setup?token=${token}`);
  await expect(page.getByRole("heading", { name: "Set up Flotilla" })).toHaveCount(0);
  await asNobody(browser, baseURL, async (visitor) => {
    const answer = await visitor.goto(`/setup?token=${token}`);
    expect(answer?.status()).toBe(404);
    await visitor.goto("/");
    await expect(visitor).toHaveURL(/\/sign-in/);
    await visitor.getByLabel("Email").fill(admin.email);
    await visitor.getByLabel("Password").fill("not-the-password-1!");
    await visitor.getByRole("button", { name: "Sign in" }).click();
    await expect(visitor.getByText("Email or password isn’t right.")).toBeVisible();
    await expect(visitor.getByLabel("Email")).toHaveValue(admin.email);
    await visitor.getByLabel("Password").fill(admin.password);
    await visitor.getByRole("button", { name: "Sign in" }).click();
    await expect(visitor.getByRole("heading", { name: "No hosts yet" })).toBeVisible();
  });
});

async function fillSetup(page: Page, person = admin): Promise<void> {
  await page.locator("fieldset", { hasText: "Organisation" }).getByLabel("Name").fill("Aldergate Research");
  await page.getByLabel("Your name").fill(person.name);
  await page.getByLabel("Email").fill(person.email);
  await page.getByLabel("Password", { exact: true }).fill(person.password);
  await page.getByLabel("Password again").fill(person.password);
}
