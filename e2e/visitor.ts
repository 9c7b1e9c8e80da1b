import { expect, type Browser, type BrowserContext, type Page } from "@playwright/test";
import { wakingPage } from "./is-awake";

/** Another person at another computer: a browser of their own, which nobody is signed in with. Close `context` when they leave. */
export async function newVisitor(browser: Browser, baseURL: string | undefined): Promise<{ page: Page; context: BrowserContext }> {
  const context = await browser.newContext({ baseURL, storageState: { cookies: [], origins: [] } });
  return { page: wakingPage(await context.newPage()), context };
}

/** The person of a page is at the sign-in page as soon as they press anything that asks the server, or the page asks by itself, as some do every few seconds. */
export async function expectSignedOut(page: Page): Promise<void> {
  const hosts = page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Hosts" });
  await expect(async () => {
    if (!page.url().includes("/sign-in")) await hosts.click({ timeout: 3000 });
    await expect(page).toHaveURL(/\/sign-in/, { timeout: 5000 });
  }).toPass({ timeout: 20_000 });
}

/** The reference that the sign-in page shows under its refusal. */
export async function referenceOn(page: Page): Promise<string> {
  const shown = page.locator(".why code");
  await expect(shown).toHaveText(/^[2-9A-HJ-NP-Z]{8}$/);
  return shown.innerText();
}

/** What Activity says, to an admin, of the refusal under a reference. */
export async function expectRefusalInActivity(admin: Page, reference: string, words: readonly RegExp[]): Promise<void> {
  await admin.goto(`/activities?q=${reference}`);
  const row = admin.getByRole("table", { name: /Activities/ }).locator("tbody tr");
  await expect(row).toHaveCount(1);
  await row.getByText("Details").click();
  for (const word of words) await expect(row).toContainText(word);
}
