import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "@playwright/test";
import { signInVisitor } from "@/lib/simulator/stack/connect-tenant";
import { stackAdmin } from "@/lib/simulator/stack/start-server";
import { startStack, type Stack } from "@/lib/simulator/stack/start-stack";
import { isAwake } from "../is-awake";
import { fileVaultPolicy, firewallPolicy } from "@/lib/simulator/demo/demo-policies";
import { everyPage, sessionCookie, type VisitedPage } from "../every-page";
import { pressUntil } from "../press-until";
import { seedStack, type SeededIds } from "../seed/seed-stack";
import { contactSheet, type Shot } from "./contact-sheet";

// `npm run screenshots [-- name…]`: every page, light and dark, wide and narrow, full and empty, into screenshots/ with index.html.
const folder = "screenshots";
const themes = ["light", "dark"] as const;
const widths = [1440, 390] as const;
const wanted = process.argv.slice(2);

const shots: Shot[] = [];
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM_PATH, args: process.env.CHROMIUM_ARGS?.split(" ") });
try {
  await shootFirstRun();
  await shootEmpty();
  await shootFull();
  if (isWanted("readme")) await shootReadme();
} finally {
  await browser.close();
}
writeFileSync(join(folder, "index.html"), contactSheet(shots));
console.log(`${shots.length} screenshots in ${folder}/, all of them in ${folder}/index.html.`);

async function shootFirstRun(): Promise<void> {
  if (!isWanted("setup")) return;
  const stack = await startStack({ setUp: false });
  try {
    await shoot(browser, stack.server.origin, [{ name: "setup", path: "/setup", open: true }]);
  } finally {
    await stack.close();
  }
}

async function shootEmpty(): Promise<void> {
  const stack = await startStack({ microsoft: { tenants: ["happy", "partner-not-added"] } });
  try {
    await shoot(browser, stack.server.origin, [
      { name: "empty-overview", path: "/" },
      { name: "empty-hosts", path: "/hosts" },
      { name: "empty-policies", path: "/policies" },
      { name: "empty-gate-access", path: "/policies?gate=open" },
      { name: "empty-activity", path: "/activities" },
      { name: "connect-start", path: "/settings/integrations/conditional-access" },
      { name: "empty-users", path: "/users" },
      { name: "empty-invites", path: "/users/invites" },
      { name: "empty-account", path: "/account" },
      { name: "empty-settings-mail", path: "/settings/mail" },
      { name: "empty-settings-retention", path: "/settings/retention" },
      { name: "empty-settings-health", path: "/settings/health" },
      { name: "empty-settings-single-sign-on", path: "/settings/integrations/single-sign-on" },
      { name: "sign-in-without-single-sign-on", path: "/sign-in", open: true },
      { name: "forgot-password-without-mail", path: "/forgot-password", open: true },
    ]);
    if (!isWanted("connect-stopped") && !isWanted("connected")) return;
    await connect(stack, "partner-not-added", "partner_not_added");
    await shoot(browser, stack.server.origin, [{ name: "connect-stopped", path: "/settings/integrations/conditional-access" }]);
    await stack.admin.delete("conditional-access/microsoft?force=true");
    await connect(stack, "happy", "");
    await shoot(browser, stack.server.origin, [{ name: "connected", path: "/settings/integrations/conditional-access" }]);
  } finally {
    await stack.close();
  }
}

/** Connects a tenant by its domain, as somebody does who fills in the form, until setup is done or stopped at `code`. */
async function connect(stack: Stack, tenant: "happy" | "partner-not-added", code: string): Promise<void> {
  const visitor = await signInVisitor(stack);
  const { microsoft_authentication_url: consentUrl } = await stack.admin.post<{ microsoft_authentication_url: string }>("conditional-access/microsoft", {
    microsoft_tenant_id: stack.microsoft.tenants[tenant].domain,
    cloud: "custom",
  });
  await visitor.submit(await visitor.open(consentUrl), { decision: "accept" });
  await visitor.close();
  for (;;) {
    const connection = await stack.admin.get<{ state: string; setup_error_code: string }>("conditional-access/microsoft/health");
    if (code ? connection.setup_error_code === code : connection.state === "connected") return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function shootFull(): Promise<void> {
  const stack = await startStack();
  try {
    const seeded = await seedStack(stack, { still: true });
    await shoot(browser, stack.server.origin, [...everyPage(seeded), { name: "hosts-peek", path: "/hosts" }], seeded);
  } finally {
    await stack.close();
  }
}

/** The two images that the README shows: the overview of a large organisation, and a locked-out person's page on a Mac that checks in. */
async function shootReadme(): Promise<void> {
  mkdirSync("docs/images", { recursive: true });
  const aldergate = await startStack();
  try {
    await seedStack(aldergate, { still: true });
    await shootImage("overview", aldergate.server.origin, "/", [1440, 920]);
  } finally {
    await aldergate.close();
  }
  const stack = await startStack({ microsoft: { tenants: ["happy"] } });
  try {
    await connect(stack, "happy", "");
    await stack.admin.patch("config", { org_info: { contact_text: "Call IT at the front desk.", contact_phone: "+32 3 555 01 40" } });
    const { team } = await stack.admin.post<{ team: { id: number; secrets: { secret: string }[] } }>("teams", { name: "Engineering" });
    for (const policy of [fileVaultPolicy, firewallPolicy]) await stack.admin.post(`teams/${team.id}/policies`, policy);
    await stack.admin.patch(`teams/${team.id}`, { integrations: { conditional_access_enabled: true } });
    const fleet = await stack.startFleet({
      count: 1,
      enrollSecret: team.secrets[0]?.secret ?? "",
      distributedIntervalSeconds: 1,
      arrange: ({ state }) => void Object.assign(state, { fileVault: false, firewall: false }),
    });
    const { computer, status } = fleet.host(0);
    const isBlocked = () => stack.microsoft.device("happy", computer.state.platformSso.deviceId)?.isCompliant === false && status.deviceToken !== null;
    while (!isBlocked()) await new Promise((resolve) => setTimeout(resolve, 200));
    await shootImage("device", stack.server.origin, `/device/${status.deviceToken}`, [1280, 860]);
  } finally {
    await stack.close();
  }
}

async function shootImage(name: string, origin: string, path: string, [width, height]: [number, number]): Promise<void> {
  const context = await openContext(browser, origin, "light", width);
  const page = await context.newPage();
  await page.setViewportSize({ width, height });
  await signIn(page);
  await settle(page, path);
  const file = `docs/images/${name}.png`;
  await page.screenshot({ path: file });
  await context.close();
  console.log(`${file}: ${Math.round(statSync(file).size / 1024)} kB`);
}

function isWanted(name: string): boolean {
  return wanted.length === 0 || wanted.includes(name);
}

async function shoot(by: Browser, origin: string, pages: VisitedPage[], seeded?: SeededIds): Promise<void> {
  const chosen = pages.filter(({ name }) => isWanted(name));
  if (chosen.length === 0) return;
  const signedIn = chosen.some(({ open }) => !open);
  for (const theme of themes) {
    for (const width of widths) {
      const visitors = { open: await openContext(by, origin, theme, width), admin: await openContext(by, origin, theme, width) };
      const [stranger, admin] = [await visitors.open.newPage(), await visitors.admin.newPage()];
      if (signedIn) await signIn(admin);
      for (const { name, path, open, session } of chosen) {
        const page = open ? stranger : admin;
        if (open) await visitors.open.clearCookies();
        if (session && seeded) await visitors.open.addCookies([sessionCookie(seeded, session, origin)]);
        await settle(page, path);
        if (name === "hosts-peek") await peek(page);
        const file = `${name}-${theme}-${width}.png`;
        await stretch(page, width);
        await page.screenshot({ path: join(folder, file) });
        shots.push({ name, theme, width, file, path });
      }
      await visitors.open.close();
      await visitors.admin.close();
    }
  }
  console.log(`${chosen.map(({ name }) => name).join(", ")}`);
}

async function openContext(by: Browser, baseURL: string, colorScheme: "light" | "dark", width: number): Promise<BrowserContext> {
  return by.newContext({
    baseURL,
    colorScheme,
    viewport: { width, height: heightOf(width) },
    deviceScaleFactor: 1,
    locale: "en-GB",
    timezoneId: "UTC",
    reducedMotion: "reduce",
    ignoreHTTPSErrors: true,
  });
}

async function signIn(page: Page): Promise<void> {
  await page.goto("/sign-in?way=password");
  await page.getByLabel("Email").fill(stackAdmin.email);
  await page.getByLabel("Password").fill(stackAdmin.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
}

/** The page as it stands once fonts and first answers have come. */
async function settle(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await isAwake(page);
  await page.evaluate(() => document.fonts.ready);
  if (path.includes("gate=open")) await page.getByText("Looking at stored answers…").waitFor({ state: "detached" });
  if (path.startsWith("/policies/")) await page.locator(".cm-content, pre.sql").first().waitFor();
}

/** A window as high as the page: what stands at its edges then stands at the page's. A dialog or panel covers the window, not the page. */
async function stretch(page: Page, width: number): Promise<void> {
  const least = heightOf(width);
  const covered = (await page.getByRole("dialog").count()) > 0;
  await page.setViewportSize({ width, height: least });
  if (covered) return;
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  if (height > least) await page.setViewportSize({ width, height: Math.min(height, 6000) });
}

function heightOf(width: number): number {
  return width > 800 ? 900 : 844;
}

async function peek(page: Page): Promise<void> {
  await page.locator("[data-row-link]").first().focus();
  // Pressed before its script has come, Space scrolls.
  await pressUntil(page, "Space", () => page.getByRole("dialog").getByText("We decided").waitFor({ timeout: 3000 }));
  await page.evaluate(() => window.scrollTo(0, 0));
}
