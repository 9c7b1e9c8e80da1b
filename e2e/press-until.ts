import type { Page } from "@playwright/test";

/** The keys work from the moment their script has come; who presses earlier presses again. Ends at the first press that does what it should. */
export async function pressUntil(page: Page, key: string, check: () => Promise<unknown>): Promise<void> {
  await page.keyboard.press(key);
  await check().catch(async () => {
    await page.keyboard.press(key);
    await check();
  });
}
