import type { Page } from "@playwright/test";

const mostPresses = 20;

/** The keys work from the moment their script has come, which a busy machine delays; who presses earlier presses again. Ends at the first press that does what it should. */
export async function pressUntil(page: Page, key: string, check: () => Promise<unknown>): Promise<void> {
  for (let presses = 1; ; presses += 1) {
    await page.keyboard.press(key);
    try {
      await check();
      return;
    } catch (error) {
      if (presses === mostPresses) throw error;
    }
  }
}
