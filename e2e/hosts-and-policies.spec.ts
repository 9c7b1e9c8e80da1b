import type { Page } from "@playwright/test";
import { expect, test } from "./aldergate";
import { pressUntil } from "./press-until";

test.use({ scene: { name: "hosts-and-policies" } });

const rowsOf = (page: Page) => page.getByRole("table", { name: /^Hosts/ }).locator("tbody tr");

test("the overview counts every host, and each count leads to those hosts", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByRole("heading", { level: 1 })).toContainText(/of 431 Macs are let in|let in/);
  const states = page.getByRole("navigation", { name: "Hosts by access" });
  const blocked = states.getByRole("link", { name: /^Blocked/ });
  const count = Number(await blocked.locator("b").textContent());
  await blocked.click();
  await expect(page).toHaveURL(/\/hosts\?access=held$/);
  expect(count).toBeGreaterThan(5);
  await expect(rowsOf(page)).toHaveCount(count);
});

test("search finds by name, person and serial, says when nothing matches, and can be cleared", async ({ page }) => {
  await page.goto("/hosts");
  const search = page.getByRole("searchbox", { name: "Search hosts" });
  await search.fill("kowalczyk");
  await expect(page).toHaveURL(/q=kowalczyk/);
  await expect(rowsOf(page).first()).toContainText(/kowalczyk/i);
  await search.fill("amélie");
  await expect(rowsOf(page).first()).toContainText("Amélie’s MacBook Pro 16-inch");
  await search.fill("nobody-is-called-so");
  await expect(page.getByRole("heading", { name: "No host matches “nobody-is-called-so”" })).toBeVisible();
  await page.getByRole("link", { name: "Clear the search" }).click();
  await expect(page.getByText("1 to 50 of 431")).toBeVisible();
  await expect(search).toHaveValue("");
});

test("filters narrow together, stand in the address, and are taken away one by one", async ({ page }) => {
  await page.goto("/hosts");
  await page.getByRole("button", { name: "Policy", exact: true }).click();
  await page.getByRole("menuitemradio", { name: "Firewall is on" }).click();
  await expect(page).toHaveURL(/policy_id=\d+.*outcome=fail|outcome=fail.*policy_id=\d+/);
  await expect(rowsOf(page).filter({ hasText: "FIN-MBA-0117" })).toHaveCount(1);
  await page
    .getByRole("navigation", { name: "Hosts by access" })
    .getByRole("link", { name: /^Let in/ })
    .click();
  await expect(page).toHaveURL(/access=in/);
  await expect(page.getByText("FIN-MBA-0117")).toHaveCount(0);
  await page.reload();
  await page.getByRole("button", { name: /Firewall is on.*take this filter away/ }).click();
  await expect(page).not.toHaveURL(/policy_id/);
  await page.getByRole("button", { name: /^Team: / }).click();
  await page.getByRole("menuitemradio", { name: "Finance" }).click();
  await expect(page).toHaveURL(/team_id=\d+/);
  await expect(rowsOf(page).first()).toContainText("Finance");
});

test("columns sort both ways, and pages follow one another", async ({ page }) => {
  await page.goto("/hosts");
  const header = page.getByRole("columnheader", { name: "Host", exact: true });
  await header.getByRole("button").click();
  await expect(header).toHaveAttribute("aria-sort", "ascending");
  const names = async () => rowsOf(page).getByRole("link").allTextContents();
  await expect(page).toHaveURL(/order=display_name/);
  const ascending = await names();
  expect(ascending.length).toBe(50);
  await header.getByRole("button").click();
  await expect(header).toHaveAttribute("aria-sort", "descending");
  await expect.poll(async () => (await names())[0]).not.toBe(ascending[0]);
  await page.getByRole("link", { name: "Next page" }).click();
  await expect(page.getByText("51 to 100 of 431")).toBeVisible();
  await expect(header).toHaveAttribute("aria-sort", "descending");
});

test("Space peeks at a host without leaving the list", async ({ page }) => {
  await page.goto("/hosts?q=FIN-MBA-0117");
  await expect(rowsOf(page)).toHaveCount(1);
  await rowsOf(page).getByRole("link").first().focus();
  const panel = page.getByRole("dialog", { name: "FIN-MBA-0117" });
  await pressUntil(page, "Space", () => expect(panel).toBeVisible({ timeout: 3000 }));
  await expect(panel).toContainText("Blocked");
  await expect(panel).toContainText("“Firewall is on” fails.");
  await expect(panel.getByRole("list", { name: "What we decided and what Microsoft knows" })).toContainText("Managed, not compliant");
  await panel.getByRole("button", { name: "Close the panel" }).click();
  await expect(panel).toHaveCount(0);
  await expect(page).toHaveURL(/q=FIN-MBA-0117/);
});

test("selected hosts are asked again together", async ({ page }) => {
  await page.goto("/hosts?access=held");
  await rowsOf(page).nth(0).getByRole("checkbox").check();
  await rowsOf(page).nth(1).getByRole("checkbox").check();
  const bar = page.getByRole("region", { name: "Selected hosts" });
  await expect(bar).toContainText("2 hosts");
  await bar.getByRole("button", { name: "Ask again now" }).click();
  await expect(page.getByText("Asked 2 hosts again. The answers come with their next check-ins.").first()).toBeVisible();
  await bar.getByRole("button", { name: "Clear the selection" }).click();
  await expect(bar).toHaveCount(0);
});

test("a host moves to another team, whose policies decide from then on", async ({ page, seeded }) => {
  await page.goto(`/hosts/${seeded.hosts["mbp-szabo-legal"]}`);
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Move to a team…" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Team").selectOption({ label: "Executive" });
  await expect(dialog).toContainText("The policies of “Executive” decide about access at once");
  await dialog.getByRole("button", { name: "Move the host" }).click();
  await expect(page.getByText("Moved 1 host. Their verdicts follow within seconds.").first()).toBeVisible();
  await expect(page.getByRole("link", { name: "Executive" }).first()).toBeVisible();
});

test("a host's page that refreshes itself never goes without its title", async ({ page, seeded }) => {
  await page.goto(`/hosts/${seeded.hosts["FIN-MBA-0117"]}`);
  await expect(page).toHaveTitle(/^FIN-MBA-0117/);
  // What is sent arrives in pieces.
  const network = await page.context().newCDPSession(page);
  await network.send("Network.enable");
  await network.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: 30_000, uploadThroughput: -1 });
  const titles = await page.evaluateHandle(() => {
    const seen = new Set([document.title]);
    new MutationObserver(() => seen.add(document.title)).observe(document.head, { childList: true, subtree: true, characterData: true });
    return seen;
  });
  for (let refresh = 0; refresh < 3; refresh += 1) await page.waitForResponse(/_rsc=/);
  await page.waitForTimeout(500);
  expect(await titles.evaluate((seen) => [...seen])).toEqual([await page.title()]);
});

test("deleting a host says what it does, can be left, and takes the host away", async ({ page, seeded }) => {
  await page.goto(`/hosts/${seeded.hosts["mbp-ferraro"]}`);
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Delete the host…" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete “mbp-ferraro”?" });
  await expect(dialog).toContainText("Microsoft is told that it is no longer managed");
  await dialog.getByRole("button", { name: "Keep the host" }).click();
  await expect(dialog).toHaveCount(0);
  await page.getByRole("button", { name: "More actions" }).click();
  await page.getByRole("menuitem", { name: "Delete the host…" }).click();
  await dialog.getByRole("button", { name: "Delete the host" }).click();
  await expect(page).toHaveURL(/\/hosts$/);
  await expect(page.getByText("1 to 50 of 430")).toBeVisible();
  await page.goto(`/hosts/${seeded.hosts["mbp-ferraro"]}`);
  await expect(page.getByText("This no longer exists")).toBeVisible();
  await expect(page).toHaveTitle("This no longer exists · Flotilla");
});

test("a policy is written in the SQL editor; what is wrong is said beside its field", async ({ page }) => {
  await page.goto("/policies/new");
  await page.getByLabel("Name", { exact: true }).fill("Firewall is on");
  const query = page.locator(".cm-content");
  await expect(query).toHaveAccessibleName("Query");
  await query.fill("SELECT 1 FROM alf WHERE global_state >= 1;");
  await expect(page.locator(".cm-line span").first()).toBeVisible();
  await page.getByRole("button", { name: "Add policy" }).click();
  await expect(page.getByLabel("Name", { exact: true })).toHaveAttribute("aria-invalid", "true");
  await page.getByLabel("Name", { exact: true }).fill("Stealth mode is on");
  await query.fill("SELECT 1 FROM alf WHERE stealth_enabled = 1;");
  await page.getByLabel("How to fix it").fill("Open System Settings, Network, Firewall, Options, and turn stealth mode on.");
  await page.getByRole("button", { name: "Add policy" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Stealth mode is on" })).toBeVisible();
  await expect(page.getByText("For all teams. Version 1.")).toBeVisible();
});

test("an edited query says that it asks a new question, and becomes a new version", async ({ page }) => {
  await page.goto("/policies?q=Stealth");
  await page.getByRole("link", { name: "Stealth mode is on" }).click();
  await page.locator(".cm-content").fill("SELECT 1 FROM alf WHERE stealth_enabled >= 1;");
  await expect(page.getByText("This asks a new question.")).toBeVisible();
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await expect(page.getByText("For all teams. Version 2.")).toBeVisible();
});

test("deleting a gated policy says who is let in by it", async ({ page, seeded }) => {
  const policyId = seeded.policies["Screen locks within 5 minutes"];
  await page.goto(`/policies/${policyId}`);
  await page.getByRole("button", { name: "Delete policy" }).click();
  const dialog = page.getByRole("dialog", { name: "Delete “Screen locks within 5 minutes”?" });
  await expect(dialog).toContainText(/blocked only by it (is|are) let in within seconds/);
  await dialog.getByRole("button", { name: "Delete policy" }).click();
  await expect(page).toHaveURL(/\/policies$/);
  await expect(page.getByRole("link", { name: "Screen locks within 5 minutes" })).toHaveCount(0);
});

test("a label is made by naming hosts, and filters the list of hosts", async ({ page }) => {
  await page.goto("/labels/new");
  await page.getByLabel("Name", { exact: true }).fill("Pilot");
  await page.getByLabel("Those I name").check();
  await page.getByLabel("Hosts", { exact: true }).fill("FIN-MBA-0117\nmbp-tkowalczyk-03");
  await page.getByRole("button", { name: "Add label" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Pilot" })).toBeVisible();
  await expect(page.getByRole("heading", { name: "2 hosts" })).toBeVisible();
  await page.goto("/labels?q=Pilot");
  await page.getByRole("link", { name: "Hosts in Pilot: 2" }).click();
  await expect(rowsOf(page)).toHaveCount(2);
});

test("Activity tells who did all of this, and can be narrowed", async ({ page }) => {
  await page.goto("/activities");
  const activities = page.getByRole("table", { name: "Activities, newest first" });
  await expect(activities.getByRole("row", { name: /Pilot/ })).toBeVisible();
  await expect(activities.getByRole("row", { name: /Admin.*Screen locks within 5 minutes/ })).toBeVisible();
  await page.getByRole("button", { name: "About" }).click();
  await page.getByRole("menuitemradio", { name: "Policies" }).click();
  await expect(activities.getByRole("row", { name: /Stealth mode is on/ }).first()).toBeVisible();
  await expect(activities.getByRole("row", { name: /Pilot/ })).toHaveCount(0);
});
