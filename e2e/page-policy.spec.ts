import type { Page } from "@playwright/test";
import { aldergate, expect, test } from "./aldergate";
import { everyPage, sessionCookie } from "./every-page";
import { asNobody } from "./fixtures";

test.use({ scene: aldergate });

/** Notes everything that a page's policy stops, from before its first script on. */
async function watch(page: Page): Promise<string[]> {
  const stopped: string[] = [];
  await page.exposeFunction("noteViolation", (words: string) => stopped.push(`${new URL(page.url()).pathname}: ${words}`));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      const note = (globalThis as unknown as { noteViolation: (words: string) => void }).noteViolation;
      note(`${event.effectiveDirective} stopped ${event.blockedURI} ${event.sample} at ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  return stopped;
}

test("no page asks for anything that its own policy stops", async ({ page, seeded, browser, baseURL }) => {
  test.setTimeout(240_000);
  const stopped = await watch(page);
  for (const { path, open } of everyPage(seeded)) if (!open) await page.goto(path);
  expect(stopped).toEqual([]);
  await asNobody(browser, baseURL, async (visitor) => {
    const stoppedOpen = await watch(visitor);
    for (const { path, open, session } of everyPage(seeded)) {
      if (!open) continue;
      await visitor.context().clearCookies();
      if (session) await visitor.context().addCookies([sessionCookie(seeded, session, baseURL)]);
      await visitor.goto(path);
    }
    expect(stoppedOpen).toEqual([]);
  });
});

test("what opens over a page keeps to its policy: menus, dialogs, the panel of a host, the SQL editor", async ({ page, seeded }) => {
  const stopped = await watch(page);
  await page.goto("/hosts");
  await page.getByRole("button", { name: /Admin/ }).click();
  await expect(page.getByRole("menuitem", { name: "Sign out" })).toBeVisible();
  await page.keyboard.press("Escape");
  await page.goto("/hosts?add=1");
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.goto(`/policies?team_id=${seeded.teams.Engineering}&gate=open`);
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.goto("/policies/new");
  const editor = page.locator(".cm-editor");
  await expect(editor).toBeVisible();
  // A style sheet of the editor's own, let in by the page's nonce: without it every line would look like plain text.
  await expect(page.locator(".cm-scroller")).toHaveCSS("min-height", "150px");
  await page.locator(".cm-content").fill("SELECT 1 FROM ");
  await page.keyboard.type("o");
  expect(stopped).toEqual([]);
});

test("a script or style sheet that found its way into a page doesn't run: the page's nonce isn't its own", async ({ page }) => {
  const stopped = await watch(page);
  await page.goto("/hosts");
  const ran = await page.evaluate(async () => {
    const script = document.createElement("div");
    script.innerHTML = '<img src="x:" onerror="globalThis.ran = true"><a href="javascript:globalThis.ran = true">press</a>';
    document.body.append(script);
    script.querySelector("a")?.click();
    const sheet = document.createElement("style");
    sheet.textContent = "body { display: none }";
    document.head.append(sheet);
    const frame = document.createElement("iframe");
    frame.srcdoc = "<p>framed</p>";
    document.body.append(frame);
    await new Promise((resolve) => setTimeout(resolve, 300));
    return { ran: (globalThis as { ran?: boolean }).ran ?? false, shown: getComputedStyle(document.body).display !== "none" };
  });
  expect(ran).toEqual({ ran: false, shown: true });
  expect(stopped.join("\n")).toMatch(/script-src/);
  expect(stopped.join("\n")).toMatch(/style-src-elem/);
});
