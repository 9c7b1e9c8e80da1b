import { Client } from "pg";
import { aldergate, expect, test } from "./aldergate";
import { databaseUrlOf } from "./seed/seed-stack";

test.use({ scene: aldergate });

let database: Client;
test.beforeAll(async ({ stack }) => {
  database = new Client({ connectionString: databaseUrlOf(stack) });
  await database.connect();
});
test.beforeEach(() => database.query("alter table activities rename to activities_away"));
test.afterEach(async () => {
  for (const table of ["activities", "sessions"]) await database.query(`alter table if exists ${table}_away rename to ${table}`);
});
test.afterAll(() => database.end());

test("a page that failed says so, names what the log has, and loads again once the cause is gone", async ({ page, serverLines }) => {
  await page.goto("/activities");
  const failed = page.getByRole("heading", { level: 1, name: "This page didn’t load" });
  await expect(failed).toBeVisible();
  await expect(page).toHaveTitle("This page didn’t load · Flotilla");
  const sentence = await page.getByText("Nobody’s access is affected").textContent();
  const reference = /under (\S+)\./.exec(sentence ?? "")?.[1] ?? "no reference";
  const failures = () => serverLines.filter((line) => line.includes(reference)).length;
  await expect.poll(failures).toBeGreaterThan(0);

  const before = failures();
  await page.getByRole("button", { name: "Load again" }).click();
  await expect.poll(failures).toBeGreaterThan(before);
  await expect(failed).toBeVisible();

  await database.query("alter table activities_away rename to activities");
  await page.getByRole("button", { name: "Load again" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Activity" })).toBeVisible();
  await expect(page.getByRole("table")).toBeVisible();
  await expect(page).toHaveTitle("Activity · Flotilla");
});

test("a page that failed is left for another one, and one that fails on the way is left the same way", async ({ page }) => {
  await page.goto("/labels");
  const menu = page.getByRole("navigation", { name: "Main" });
  await menu.getByRole("link", { name: "Activity" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "This page didn’t load" })).toBeVisible();
  await expect(page).toHaveTitle("This page didn’t load · Flotilla");
  await menu.getByRole("link", { name: "Hosts" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Hosts" })).toBeVisible();
  await expect(page).toHaveTitle("Hosts · Flotilla");
});

test("when the frame fails too, plain words say so, and it loads again once the cause is gone", async ({ page }) => {
  await database.query("alter table sessions rename to sessions_away");
  await page.goto("/labels");
  await expect(page.getByRole("heading", { level: 1, name: "The server can’t draw this page" })).toBeVisible();
  await expect(page).toHaveTitle("The server can’t draw this page · Flotilla");
  await database.query("alter table sessions_away rename to sessions");
  await page.getByRole("button", { name: "Load again" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Labels" })).toBeVisible();
});
