import type { Browser, Page } from "@playwright/test";
import type { SimulatedHost } from "@/lib/simulator/hosts/simulated-host";
import { connectTenant } from "@/lib/simulator/stack/connect-tenant";
import type { Stack } from "@/lib/simulator/stack/start-stack";
import { asNobody, expect, test } from "./fixtures";

// The agent checks in every second, and every check-in asks what gates access: what is tested is the loop, not the waiting.
test.use({ scene: { name: "blocked-user-remediates", environment: { GATE_CHECK_SECONDS: "1" }, microsoft: { tenants: ["happy"] } } });
test.describe.configure({ mode: "serial" });

const patience = { timeout: 30_000 };
const fileVault = {
  name: "FileVault is on",
  query: "SELECT 1 FROM disk_encryption WHERE user_uuid <> '' AND filevault_status = 'on' LIMIT 1;",
  resolution: "Open **System Settings**, then Privacy & Security.\nScroll down to FileVault and click Turn On.",
};

let mac: SimulatedHost;
let teamId: number;
let hostAddress: string;

test.beforeAll(async ({ stack }) => {
  const { team } = await stack.admin.post<{ team: { id: number; secrets: { secret: string }[] } }>("teams", { name: "Engineering" });
  teamId = team.id;
  await stack.admin.post(`teams/${teamId}/policies`, {
    name: "Firewall is on",
    query: "SELECT 1 FROM alf WHERE global_state >= 1;",
    resolution: "Open System Settings, Network, Firewall, and turn it on.",
    platform: "darwin",
  });
  await connectTenant(stack);
  const fleet = await stack.startFleet({ count: 1, enrollSecret: team.secrets[0]?.secret ?? "", distributedIntervalSeconds: 1 });
  mac = fleet.host(0);
  await expect.poll(() => mac.status.deviceToken, patience).not.toBeNull();
  await expect.poll(async () => (await stack.admin.get<{ hosts: { id: number }[] }>("hosts")).hosts[0]?.id ?? 0, patience).toBeGreaterThan(0);
  hostAddress = `/hosts/${(await stack.admin.get<{ hosts: { id: number }[] }>("hosts")).hosts[0]?.id}`;
});

test("an admin adds a policy, gates it for the team, and sees what saving would do", async ({ page, stack }) => {
  await page.goto("/policies");
  await page.getByRole("button", { name: "Team: All teams" }).click();
  await page.getByRole("menuitemradio", { name: "Engineering" }).click();
  await expect(page).toHaveURL(new RegExp(`team_id=${teamId}`));
  await page.getByRole("link", { name: "Add policy" }).first().click();
  await page.getByLabel("Name", { exact: true }).fill(fileVault.name);
  await page.locator(".cm-content").fill(fileVault.query);
  await page.getByLabel("How to fix it").fill(fileVault.resolution);
  await page.getByRole("button", { name: "Add policy" }).click();
  await expect(page.getByRole("heading", { level: 1, name: fileVault.name })).toBeVisible();

  await page.goto(`/policies?team_id=${teamId}`);
  await page.getByRole("link", { name: "Gate access" }).click();
  const dialog = page.getByRole("dialog", { name: "Policies that gate access" });
  await dialog.getByRole("switch").check();
  await dialog.getByLabel(fileVault.name).check();
  await dialog.getByLabel("Firewall is on").check();
  await expect(dialog.getByRole("region", { name: /Saving would/ })).toBeVisible();
  await dialog.getByRole("button", { name: /^Save/ }).click();
  await expect(page.getByText("Saved. Verdicts are being reached again.").first()).toBeVisible();
  await expect(dialog).toHaveCount(0);
  await expectEntra(stack, { isManaged: true, isCompliant: true });
});

test("while the Mac passes, its person signs in to Microsoft 365", async ({ browser, stack }) => {
  await asPerson(browser, stack, async (person) => {
    await openOutlook(person, stack);
    await expect(person.getByRole("heading", { name: "You're signed in to Outlook" })).toBeVisible();
  });
});

test("FileVault goes off: blocked, and “Check compliance” leads to what to fix, with live progress to “You can sign in”", async ({
  browser,
  baseURL,
  stack,
}) => {
  await mac.change({ fileVault: false });
  await expectEntra(stack, { isManaged: true, isCompliant: false });
  await asPerson(browser, stack, async (person) => {
    await openOutlook(person, stack);
    await expect(person.getByRole("heading", { name: "You can't get there from here" })).toBeVisible();
    await person.getByRole("link", { name: "Check compliance" }).click();
    await expect(person).toHaveURL(`${baseURL}/microsoft-compliance-partner/remediate`);
    await expect(person.getByRole("heading", { level: 1 })).toContainText("needs a small fix before you can sign in");
    await person.getByRole("link", { name: "Show me what to fix" }).click();
    await expect(person.getByRole("heading", { level: 1, name: "Open My device from its icon" })).toBeVisible();

    await person.goto(`/device/${mac.status.deviceToken}`);
    await expect(person.getByRole("heading", { level: 1 })).toHaveText("1 thing to fix, then you can sign in");
    const fix = person.locator("section", { has: person.getByRole("heading", { level: 2, name: fileVault.name }) });
    await expect(fix.getByRole("listitem")).toHaveText(["Open System Settings, then Privacy & Security.", "Scroll down to FileVault and click Turn On."]);
    await expect(person.getByText("Firewall is on")).not.toBeVisible();

    // This browser has shown My device: the page that Microsoft leads to knows the way now.
    await person.goto("/microsoft-compliance-partner/remediate");
    await person.getByRole("link", { name: "Show me what to fix" }).click();
    await expect(person.getByRole("heading", { level: 1 })).toHaveText("1 thing to fix, then you can sign in");

    const steps = person.getByRole("list").filter({ hasText: "You can sign in" });
    await expect(steps.getByRole("listitem")).toHaveText([/^Checked your Mac/, /^Send to Microsoft/, /^Microsoft accepts/, /^You can sign in/]);
    await mac.change({ fileVault: true });
    await expect(person.getByRole("heading", { level: 1, name: "You can sign in" })).toBeVisible(patience);
    await expect(steps.getByRole("listitem")).toHaveText([/^Checked your Mac/, /^Sent to Microsoft/, /^Microsoft accepted/, /^You can sign in/]);
    await openOutlook(person, stack);
    await expect(person.getByRole("heading", { name: "You're signed in to Outlook" })).toBeVisible();
  });
});

test("the host's page says the verdict, each reason, how far the word has come, and Microsoft's ids", async ({ page, stack }) => {
  await page.goto(hostAddress);
  const verdict = page.getByRole("region", { name: /^Let in since/ });
  await expect(verdict).toBeVisible();
  await expect(verdict.getByRole("list", { name: "Because" })).toContainText("Every policy that gates access passes.");
  await mac.change({ firewall: false });
  await expect(page.getByRole("region", { name: /^Blocked since/ })).toBeVisible(patience);
  await expect(page.getByRole("list", { name: "Because" })).toContainText("“Firewall is on” fails.");
  const waterline = page.getByRole("list", { name: "What we decided and what Microsoft knows" });
  await expect(waterline.getByRole("listitem").nth(0)).toContainText("Managed, not compliant");
  await expect(waterline.getByRole("listitem").nth(2)).toContainText("Accepted", patience);
  await expect(waterline.getByRole("listitem").nth(3)).toContainText("Not compliant", patience);
  const timeline = page.getByRole("table", { name: "What happened, newest first" });
  await expect(timeline.getByRole("row", { name: /Let in → blocked: the host answered/ })).toBeVisible();
  const messageId = stack.microsoft
    .journal({ surface: "manage" })
    .map(({ path }) => /DataUploadMessages\(guid'([0-9a-f-]+)'\)/i.exec(path)?.[1])
    .findLast(Boolean);
  expect(messageId, "Microsoft's journal holds the message's id").toBeTruthy();
  await expect(timeline.getByRole("button", { name: `Copy message ${messageId}` }).first()).toBeVisible();
  await mac.change({ firewall: true });
  await expect(page.getByRole("region", { name: /^Let in since/ })).toBeVisible(patience);
});

test("MDM goes off: Microsoft leads to the enroll page, and My device says how to set up", async ({ browser, page, stack }) => {
  await mac.change({ mdm: false });
  await expectEntra(stack, { isManaged: false, isCompliant: false });
  await asPerson(browser, stack, async (person) => {
    await openOutlook(person, stack);
    await person.getByRole("link", { name: "Continue" }).click();
    await expect(person).toHaveURL(/\/microsoft-compliance-partner\/enroll$/);
    await expect(person.getByRole("heading", { level: 1 })).toContainText("isn’t set up for work yet");
    await person.goto(`/device/${mac.status.deviceToken}`);
    await expect(person.getByRole("heading", { level: 1 })).toHaveText("Your Mac isn’t set up for work yet");
  });
  await page.goto(hostAddress);
  await expect(page.getByRole("region", { name: /^Unmanaged since/ })).toBeVisible();
  await expect(page.getByRole("list", { name: "Because" })).toContainText("Device management (MDM) is off.");
  await mac.change({ mdm: true });
  await expectEntra(stack, { isManaged: true, isCompliant: true });
});

test("unchecking every policy lets in whoever fails them, and says so before saving", async ({ page, stack }) => {
  await mac.change({ fileVault: false });
  await expectEntra(stack, { isManaged: true, isCompliant: false });
  await page.goto(`/policies?team_id=${teamId}&gate=open`);
  const dialog = page.getByRole("dialog", { name: "Policies that gate access" });
  await dialog.getByLabel(fileVault.name).uncheck();
  await dialog.getByLabel("Firewall is on").uncheck();
  await expect(dialog.getByRole("heading", { name: "Saving would let in 1 person" })).toBeVisible();
  await dialog.getByRole("button", { name: "Save", exact: true }).click();
  await expectEntra(stack, { isManaged: true, isCompliant: true });
  await page.goto(hostAddress);
  await expect(page.getByRole("list", { name: "Because" })).toContainText("No policy gates access for this host.");
  await expect(page.getByText("Fail", { exact: true }).first()).toBeVisible();
});

test("switching the team off asks what Entra shall hold, and nothing is reported from then on", async ({ page, stack }) => {
  await page.goto(`/policies?team_id=${teamId}&gate=open`);
  const dialog = page.getByRole("dialog", { name: "Policies that gate access" });
  await dialog.getByRole("switch").uncheck();
  await expect(dialog.getByText("From then on nothing is reported about this team’s Macs.")).toBeVisible();
  await dialog.getByRole("button", { name: /^Save/ }).click();
  await expect(page.getByText("Saved. Verdicts are being reached again.").first()).toBeVisible();
  await page.goto(hostAddress);
  await expect(page.getByText("Its team doesn’t take part, so Microsoft isn’t told about it.")).toBeVisible(patience);
  const uploads = () =>
    stack.microsoft.journal({ surface: "manage" }).filter(({ method, path }) => method === "PUT" && path.includes("DataUploadMessages")).length;
  const before = uploads();
  await mac.change({ mdm: false });
  await mac.refetch();
  await expect(page.locator(".hf")).toContainText("Off, since", patience);
  expect(uploads()).toBe(before);
  await page.goto("/activities");
  const activities = page.getByRole("table", { name: "Activities, newest first" });
  await expect(activities.getByRole("row", { name: /Engineering/ }).first()).toBeVisible();
});

/** What Entra's own record of the Mac holds in the end. */
async function expectEntra(stack: Stack, flags: { isManaged: boolean; isCompliant: boolean }): Promise<void> {
  await expect
    .poll(() => {
      const device = stack.microsoft.device("happy", mac.computer.state.platformSso.deviceId);
      return { isManaged: device?.isManaged, isCompliant: device?.isCompliant };
    }, patience)
    .toEqual(flags);
}

/** A browser of the person at the Mac, which this server doesn't know. */
async function asPerson(browser: Browser, stack: Stack, visit: (person: Page) => Promise<void>): Promise<void> {
  await asNobody(browser, stack.server.origin, visit);
}

async function openOutlook(person: Page, stack: Stack): Promise<void> {
  const { upn, deviceId } = mac.computer.state.platformSso;
  await person.goto(`${stack.microsoft.appUrl}/app/outlook?${new URLSearchParams({ tenant: "happy", user: upn, device: deviceId })}`);
}
