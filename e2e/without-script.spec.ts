import { stackAdmin } from "@/lib/simulator/stack/start-server";
import { aldergate, expect, test } from "./aldergate";

test.use({ scene: aldergate, javaScriptEnabled: false, signedIn: false });

test("signing in works without script, and leads where the visitor wanted to be", async ({ page }) => {
  await page.goto("/policies");
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await page.getByRole("link", { name: "Use a password instead" }).click();
  await page.getByLabel("Email").fill(stackAdmin.email);
  await page.getByLabel("Password").fill("wrong-password-1!");
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page.getByText("Email or password isn’t right.")).toBeVisible();
  await page.getByLabel("Email").fill(stackAdmin.email);
  await page.getByLabel("Password").fill(stackAdmin.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL(/\/policies$/);
  await expect(page.getByRole("navigation", { name: "Main" })).toContainText("Policies");
});

test("the page that Microsoft leads to reads without script, and so do its links", async ({ page }) => {
  await page.goto("/microsoft-compliance-partner/remediate");
  await expect(page.getByRole("heading", { level: 1, name: "Your Mac needs a small fix before you can sign in" })).toBeVisible();
  await expect(page.getByRole("link", { name: "+32 3 555 01 40" })).toHaveAttribute("href", "tel:+3235550140");
  await page.getByRole("link", { name: "See how to set it up" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Your Mac isn’t set up for work yet" })).toBeVisible();
  await page.getByRole("link", { name: "See how to fix it" }).click();
  await page.getByRole("link", { name: "Show me what to fix" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Open My device from its icon" })).toBeVisible();
});

test("My device lists what to fix, opens its list of fine checks, and asks again, all without script", async ({ page, seeded }) => {
  await page.goto(`/device/${seeded.deviceTokens.held}`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("2 things to fix, then you can sign in");
  await expect(page.getByRole("heading", { level: 2, name: "Firewall is on" })).toBeVisible();
  const fine = page.locator("details");
  await expect(fine.getByText("Gatekeeper allows only notarised apps")).not.toBeVisible();
  await fine.locator("summary").click();
  await expect(fine.getByText("Gatekeeper allows only notarised apps")).toBeVisible();
  await page.getByRole("button", { name: "Check again" }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("2 things to fix, then you can sign in");
  await expect(page.getByText("Checking now")).toBeVisible();
  await page.goto("/device");
  await expect(page).toHaveURL(new RegExp(`/device/${seeded.deviceTokens.held}$`));
});

test("an old link says so, and how to get a fresh one", async ({ page }) => {
  const answer = await page.goto("/device/a-link-that-ended-long-ago");
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole("heading", { level: 1, name: "This link is too old" })).toBeVisible();
});
