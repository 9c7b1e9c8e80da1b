import { expect, type Page } from "@playwright/test";
import type { SeedName } from "@/lib/simulator/microsoft/simulated-types";
import type { Stack } from "@/lib/simulator/stack/start-stack";

/** Settings → Integrations → Conditional access. */
export const connectAddress = "/settings/integrations/conditional-access";

/** Opens the wizard, names the tenant, and goes to Microsoft's consent page. */
export async function goToConsent(page: Page, stack: Stack, tenant: SeedName = "happy"): Promise<void> {
  await page.goto(connectAddress);
  await page.getByLabel("Tenant", { exact: true }).fill(stack.microsoft.tenants[tenant].domain);
  await page.getByRole("button", { name: "Save and go to Microsoft" }).click();
  await expect(page.getByRole("heading", { name: "Permissions requested for your organization" })).toBeVisible();
  expect(new URL(page.url()).origin).toBe(stack.microsoft.loginUrl);
}

/** Accepts as the tenant's admin; Microsoft sends the browser back. */
export async function acceptConsent(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Accept" }).click();
  await expect(page).toHaveURL(new RegExp(`${connectAddress}(\\?problem=\\w+)?$`));
}

/** The page once the tenant is connected. */
export async function expectConnected(page: Page, stack: Stack, tenant: SeedName = "happy"): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`${stack.microsoft.tenants[tenant].domain} is connected`, { timeout: 30_000 });
}

/** Forgets any connection on both sides, as if nobody had ever connected. `before` is Microsoft's state to go back to. */
export async function forgetConnection(stack: Stack, before: ReturnType<Stack["microsoft"]["snapshot"]>): Promise<void> {
  await stack.admin.delete("conditional-access/microsoft?force=true&reason=next").catch((error: Error) => {
    if (!error.message.includes("400")) throw error;
  });
  stack.microsoft.restore(before);
}
