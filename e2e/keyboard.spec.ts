import type { Page } from "@playwright/test";
import { aldergate, expect, test } from "./aldergate";
import { pressUntil } from "./press-until";

test.use({ scene: aldergate });

test("the first Tab leads to the skip link, and Enter past the navigation", async ({ page, seeded }) => {
  await page.goto(`/?team_id=${seeded.teams.Engineering}`);
  await page.keyboard.press("Tab");
  await expect(page.getByRole("link", { name: "Skip to the content" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("#main")).toBeFocused();
});

test("g and a letter go to every place of the navigation", async ({ page }) => {
  await page.goto("/");
  for (const [key, path] of [
    ["h", "/hosts"],
    ["p", "/policies"],
    ["l", "/labels"],
    ["a", "/activities"],
    ["u", "/users"],
    ["s", "/settings"],
    ["o", "/"],
  ] as const) {
    await expect(async () => {
      await page.keyboard.press("g");
      await page.keyboard.press(key);
      await expect(page).toHaveURL((url) => url.pathname === path, { timeout: 2000 });
    }).toPass({ timeout: 15_000 });
    await expect(page.getByRole("navigation", { name: "Main" }).locator('[aria-current="page"]')).toHaveAttribute("href", path);
  }
});

test("? shows the keys, Escape closes them and gives the focus back", async ({ page }) => {
  await page.goto("/hosts");
  await expect(page.getByRole("table", { name: /^Hosts/ })).toBeVisible();
  const dialog = page.getByRole("dialog", { name: "Keyboard" });
  await pressUntil(page, "?", () => expect(dialog).toBeVisible({ timeout: 500 }));
  await expect(dialog).toContainText("Peek at the row");
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
});

test("a list is walked, peeked into, selected and opened without a mouse", async ({ page }) => {
  await page.goto("/hosts");
  const rows = page.getByRole("table", { name: /^Hosts/ }).locator("tbody tr");
  await expect(rows.first()).toBeVisible();
  await pressUntil(page, "j", () => expect(rows.first().getByRole("link").first()).toBeFocused({ timeout: 500 }));
  await page.keyboard.press("j");
  const second = rows.nth(1).getByRole("link").first();
  await expect(second).toBeFocused();
  await page.keyboard.press("Space");
  const panel = page.getByRole("dialog");
  await expect(panel).toContainText("We decided");
  expect(await page.evaluate(() => window.scrollY), "Space peeks and doesn't scroll").toBe(0);
  await page.keyboard.press("Escape");
  await expect(panel).toHaveCount(0);
  await second.focus();
  await page.keyboard.press("x");
  await expect(page.getByRole("region", { name: "Selected hosts" })).toContainText("1 host");
  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox", { name: "Search hosts" })).toBeFocused();
  // In a field letters are letters.
  await page.keyboard.type("gh?x");
  await expect(page.getByRole("searchbox", { name: "Search hosts" })).toHaveValue("gh?x");
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("the brackets turn pages, and Enter opens the row in focus", async ({ page }) => {
  await page.goto("/hosts");
  await expect(page.getByText("1 to 50 of 431")).toBeVisible();
  await pressUntil(page, "j", () => expect(page.locator("[data-row-link]").first()).toBeFocused({ timeout: 500 }));
  await page.keyboard.press("]");
  await expect(page.getByText("51 to 100 of 431")).toBeVisible();
  await page.keyboard.press("[");
  await expect(page.getByText("1 to 50 of 431")).toBeVisible();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/hosts\/\d+$/);
});

for (const path of [
  "/",
  "/hosts",
  "/policies/new",
  "/settings/organisation",
  "/settings/integrations/single-sign-on",
  "/settings/mail",
  "/users/new?kind=api",
  "/account",
]) {
  test(`Tab walks through ${path} and out again: no trap`, async ({ page }) => {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    await expectNoTrap(page);
  });
}

test("a dialog keeps the focus, and gives it back to what opened it", async ({ page }) => {
  await page.goto("/hosts");
  const opener = page.getByRole("button", { name: "Add hosts" });
  await opener.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Add hosts" });
  await expect(dialog).toBeVisible();
  for (let step = 0; step < 12; step += 1) {
    await page.keyboard.press("Tab");
    expect(await dialog.evaluate((element) => element.contains(document.activeElement))).toBe(true);
  }
  await page.keyboard.press("Escape");
  await expect(opener).toBeFocused();
});

/** Tab comes to ever new elements until it leaves the page or stands at its end; it never comes back to one in between. */
async function expectNoTrap(page: Page): Promise<void> {
  const seen = await page.evaluate(() => {
    const focusable = [
      ...document.querySelectorAll<HTMLElement>("a[href], button:not([disabled]), input:not([disabled]):not([type=hidden]), select, textarea, [tabindex='0']"),
    ];
    return focusable.filter((element) => element.checkVisibility({ visibilityProperty: true })).length;
  });
  let reachedEnd = false;
  for (let step = 0; step < Math.min(seen + 5, 400) && !reachedEnd; step += 1) {
    await page.keyboard.press("Tab");
    reachedEnd = await page.evaluate(() => {
      const now = document.activeElement as (HTMLElement & { visitedByTab?: boolean }) | null;
      if (!now || now === document.body || now.visitedByTab) return true;
      now.visitedByTab = true;
      return false;
    });
  }
  const missed = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement & { visitedByTab?: boolean }>("#main a[href], #main button:not([disabled])")]
      .filter((element) => element.checkVisibility({ visibilityProperty: true }) && element.tabIndex >= 0 && !element.visitedByTab)
      .map((element) => element.outerHTML.slice(0, 160)),
  );
  expect(reachedEnd, "Tab came to the end of the page").toBe(true);
  expect(missed, "what Tab never came to").toEqual([]);
}
