import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { aldergate, expect, test } from "./aldergate";
import { everyPage, sessionCookie } from "./every-page";
import type { SeededIds } from "./seed/seed-stack";

test.use({ scene: aldergate });

// The ids are known when the stack runs; the names of the tests before that.
const anyIds = new Proxy({} as Record<string, number & string>, { get: () => 0 });
const anyPeople = { users: anyIds, directories: anyIds, tokens: anyIds, sessions: anyIds };
const names = everyPage({
  teams: anyIds,
  policies: anyIds,
  hosts: anyIds,
  hostIds: anyIds,
  deviceTokens: anyIds,
  people: anyPeople,
} as unknown as SeededIds);

const widths = [1440, 390];

for (const { name, open, alike } of names) {
  if (alike) continue;
  test.describe(open ? "without sign-in" : "signed in", () => {
    test.use({ signedIn: !open });
    test(`${name}: no serious finding, light and dark, wide and narrow, and no sideways scrolling`, async ({ page, seeded, baseURL }) => {
      const { path = "", session } = everyPage(seeded).find((each) => each.name === name) ?? {};
      if (session) await page.context().addCookies([sessionCookie(seeded, session, baseURL)]);
      await page.goto(path);
      await expect(page.getByRole("heading", { level: 1 }).or(page.getByRole("dialog")).first()).toBeVisible();
      for (const width of widths) {
        await page.setViewportSize({ width, height: 900 });
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          await expect.poll(() => isMoving(page)).toBe(false);
          expect(await findingsOf(page, colorScheme), `${path} ${colorScheme} at ${width}`).toEqual([]);
        }
      }
      for (const width of [390, 320]) {
        await page.setViewportSize({ width, height: 900 });
        expect(await overflowOf(page), `${path} is wider than ${width} px`).toEqual([]);
      }
    });
  });
}

/** Whether a colour or place is on its way to another; what turns for ever doesn't count. */
function isMoving(page: Page): Promise<boolean> {
  return page.evaluate(() => document.getAnimations().some(({ playState, effect }) => playState === "running" && effect?.getTiming().iterations !== Infinity));
}

/** Serious and critical findings, as lines that name the rule and the element. Dark differs from light in nothing but colours, so only they are looked at again. */
async function findingsOf(page: Page, colorScheme: "light" | "dark"): Promise<string[]> {
  const axe = new AxeBuilder({ page }).options({ resultTypes: ["violations"] }).setLegacyMode(true);
  if (colorScheme === "dark") axe.withRules(["color-contrast"]);
  const { violations } = await axe.analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")} (${failureSummary?.split("\n").slice(1).join(" ").trim()})`),
    );
}

/** Empty while the page fits its width; else what sticks out. */
function overflowOf(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.scrollingElement ?? document.documentElement;
    if (root.scrollWidth <= window.innerWidth) return [];
    const wide = [...document.querySelectorAll<HTMLElement>("body *")].filter((element) => element.getBoundingClientRect().right > window.innerWidth + 1);
    return [`${root.scrollWidth} px`, ...wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 120))];
  });
}
