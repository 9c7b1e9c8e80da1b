import { test as base, expect, type Browser, type Page } from "@playwright/test";
import { wakingPage } from "./is-awake";
import { startStack, type Stack, type StackOptions } from "@/lib/simulator/stack/start-stack";
import { stackAdmin } from "@/lib/simulator/stack/start-server";

/** What a spec file plays on. Files that name the same scene share one stack; every other name starts its own. */
export interface Scene {
  name: string;
  /** `false` leaves the first run to the visitor. */
  setUp?: boolean;
  /** Where a scene is seeded: no job runs, so what is looked at stays as it was. */
  still?: boolean;
  environment?: Record<string, string>;
  microsoft?: StackOptions["microsoft"];
}

type State = Awaited<ReturnType<Awaited<ReturnType<Browser["newContext"]>>["storageState"]>>;

interface WorkerFixtures {
  scene: Scene;
  /** Server, database and Microsoft, each in a folder and on ports of its own. */
  stack: Stack;
  /** What the server printed so far. */
  serverLines: string[];
  /** Cookies of the signed-in admin. */
  adminState: State;
}

interface TestFixtures {
  /** Whether `page` belongs to the signed-in admin; else to somebody the server doesn't know. */
  signedIn: boolean;
}

const nobody: State = { cookies: [], origins: [] };

/** Playwright's test, on a running stack. */
export const test = base.extend<TestFixtures, WorkerFixtures>({
  scene: [{ name: "plain" }, { option: true, scope: "worker" }],
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads a fixture's needs from the pattern
  serverLines: [async ({}, use) => use([]), { scope: "worker" }],
  stack: [
    async ({ scene, serverLines }, use) => {
      const { setUp, environment, microsoft } = scene;
      const stack = await startStack({ setUp, environment, microsoft, onServerLine: (line) => serverLines.push(line) });
      await use(stack);
      await stack.close();
    },
    { scope: "worker", timeout: 90_000 },
  ],
  adminState: [
    async ({ browser, scene, stack }, use) => {
      if (scene.setUp === false) return use(nobody);
      const context = await browser.newContext({ baseURL: stack.server.origin, storageState: undefined });
      const page = await context.newPage();
      await signIn(page);
      await use(await context.storageState());
      await context.close();
    },
    { scope: "worker", timeout: 60_000 },
  ],
  signedIn: [true, { option: true }],
  baseURL: async ({ stack }, use) => use(stack.server.origin),
  page: async ({ page, javaScriptEnabled }, use) => use(javaScriptEnabled === false ? page : wakingPage(page)),
  storageState: async ({ signedIn, adminState }, use) => use(signedIn ? adminState : nobody),
});

export { expect };

/** Signs the stack's admin in with a password on the sign-in page and waits for the page behind it. */
export async function signIn(page: Page, credentials: { email: string; password: string } = stackAdmin): Promise<void> {
  await page.goto("/sign-in?way=password");
  await page.getByLabel("Email").fill(credentials.email);
  await page.getByLabel("Password").fill(credentials.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).not.toHaveURL(/\/sign-in/);
}

/** Opens a page as somebody the server doesn't know, and closes it after `visit`. */
export async function asNobody(browser: Browser, baseURL: string | undefined, visit: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ baseURL, storageState: nobody });
  try {
    await visit(wakingPage(await context.newPage()));
  } finally {
    await context.close();
  }
}
