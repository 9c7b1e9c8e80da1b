import type { Page } from "@playwright/test";

/** Waits until React has taken over what a visitor can press: a key or click before that would be nobody's. Pages without React are awake at once. */
export async function isAwake(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    if (!document.querySelector('script[src*="/_next/"]')) return true;
    const pressable = [...document.querySelectorAll("body a[href], body button, body input:not([type=hidden])")].filter(
      (element) => !element.closest(".cm-editor"),
    );
    return pressable.every((element) => Object.keys(element).some((name) => name.startsWith("__reactProps")));
  });
}

/** The same page, whose `goto` ends only when the page is awake. */
export function wakingPage(page: Page): Page {
  const goto = page.goto.bind(page);
  page.goto = async (...given) => {
    const answer = await goto(...given);
    await isAwake(page);
    return answer;
  };
  return page;
}
