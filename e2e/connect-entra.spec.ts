import type { Page } from "@playwright/test";
import { seededClientSecret } from "@/lib/simulator/microsoft/seed";
import { expect, test } from "./fixtures";
import { acceptConsent, connectAddress, expectConnected, goToConsent } from "./connect-page";

test.use({ scene: { name: "connect-entra" } });
test.describe.configure({ mode: "serial" });

test("the wizard leads through Microsoft's consent page to a connected tenant", async ({ page, stack }) => {
  await page.goto("/settings");
  await page
    .locator("#main")
    .getByRole("link", { name: /conditional access/i })
    .first()
    .click();
  await expect(page).toHaveURL(new RegExp(`${connectAddress}$`));
  await expect(page.getByRole("heading", { level: 1, name: "Connect Microsoft Entra" })).toBeVisible();
  const steps = page.getByRole("list", { name: "Steps" });
  await expect(steps.locator('[aria-current="step"]')).toContainText("Tenant and cloud");
  await expect(page.getByLabel("Cloud")).toHaveValue("custom");

  await goToConsent(page, stack);
  await expect(page.getByText("update_device_attributes")).toBeVisible();
  await acceptConsent(page);
  await expectConnected(page, stack);
});

test("the health card tells tenant, cloud, mode, group, credential and every permission", async ({ page, stack }) => {
  await page.goto(connectAddress);
  const card = page.getByRole("region", { name: "Connection" });
  await expect(card).toContainText(stack.microsoft.tenants.happy.domain);
  await expect(card).toContainText("Custom addresses");
  await expect(card).toContainText("Intune partner, macOS");
  await expect(card).toContainText("Device trust users");
  await expect(card).toContainText("No device was told yet");
  const permissions = page.getByRole("table", { name: "Permissions of the app in this tenant" });
  await expect(permissions.getByText("Missing")).toHaveCount(0);
  await expect(permissions.getByText("Granted").first()).toBeVisible();
});

test("Test connection asks every part and writes nothing", async ({ page, stack }) => {
  await page.goto(connectAddress);
  const before = stack.microsoft.journal().length;
  await page.getByRole("button", { name: "Test connection" }).click();
  await expect(page.getByText("Everything answers. Nothing was changed.")).toBeVisible();
  for (const part of ["Sign-in", "Permissions", "Intune’s services", "Group", "Partner state"]) {
    await expect(page.getByRole("listitem").filter({ hasText: part }).first()).toBeVisible();
  }
  // The heartbeat has a clock of its own, and may beat meanwhile.
  const written = stack.microsoft
    .journal()
    .slice(before)
    .filter(({ method, surface, path }) => method !== "GET" && surface !== "login" && !path.includes("PartnerTenantHeartbeat"));
  expect(written).toEqual([]);
});

test("another group can be covered, found by the beginning of its name", async ({ page }) => {
  await page.goto(connectAddress);
  await page.getByText("Cover another group").click();
  await page.getByLabel("Find a group").fill("All");
  await page.getByRole("radio", { name: "All staff" }).check();
  await page.getByRole("button", { name: "Cover this group" }).click();
  await expect(page.getByText("Covers All staff from now on.")).toBeVisible();
  await expect(page.getByRole("region", { name: "Connection" })).toContainText("All staff");
});

test("a wrong secret is refused in plain words, and the right one heals the connection", async ({ page }) => {
  await page.goto(connectAddress);
  await replaceSecret(page, "the-secrets-id-instead-of-its-value");
  await expect(page.getByRole("heading", { name: "Microsoft doesn’t accept the client secret" })).toBeVisible();
  await expect(page.getByText("Reports wait and go out in order; access stays as it was.")).toBeVisible();
  await replaceSecret(page, seededClientSecret);
  await expect(page.getByRole("heading", { name: "Microsoft doesn’t accept the client secret" })).toHaveCount(0);
  await expect(page.getByRole("region", { name: "Connection" })).toContainText(seededClientSecret.slice(-3));
});

test("Disconnect asks what becomes of people, and Microsoft forgets us", async ({ page, stack }) => {
  await page.goto(connectAddress);
  await page.getByRole("button", { name: "Disconnect" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText("Nobody is blocked now");
  await dialog.getByRole("button", { name: "Keep connected" }).click();
  await expect(dialog).toHaveCount(0);
  await page.getByRole("button", { name: "Disconnect" }).click();
  await dialog.getByRole("button", { name: "Disconnect" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Connect Microsoft Entra" })).toBeVisible();
  const tenant = stack.microsoft.snapshot().tenants.find(({ name }) => name === "happy");
  expect(tenant?.provisioned).toBe(2);
});

async function replaceSecret(page: Page, secret: string): Promise<void> {
  const section = page.getByRole("region", { name: "Change" });
  const fold = section.locator("details", { hasText: "Replace the secret or certificate" });
  if (!(await fold.getByLabel("Client secret", { exact: true }).last().isVisible())) await fold.locator("summary").click();
  await fold.getByRole("textbox", { name: "Client secret" }).fill(secret);
  await fold.getByRole("button", { name: "Save and try it" }).click();
}
