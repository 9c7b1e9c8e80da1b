import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { seededClientSecret } from "@/lib/simulator/microsoft/seed";
import { stackAdmin } from "@/lib/simulator/stack/start-server";
import { aldergate, expect, test } from "./aldergate";
import { everyPage } from "./every-page";
import { asNobody, signIn } from "./fixtures";

test.use({ scene: aldergate });

test("every page and answer carries the headers that keep others out", async ({ page, seeded, request }) => {
  for (const { path } of everyPage(seeded)) {
    const answer = await request.get(path, { maxRedirects: 0 });
    const headers = answer.headers();
    expect(headers["x-content-type-options"], path).toBe("nosniff");
    expect(headers["content-security-policy"], path).toContain("frame-ancestors 'none'");
    expect(headers["content-security-policy"], path).toMatch(/object-src 'none'|default-src 'none'/);
    expect(headers["referrer-policy"], path).toMatch(/^(same-origin|no-referrer)$/);
    expect(headers["x-powered-by"], path).toBeUndefined();
    expect(headers["cache-control"] ?? "", path).toMatch(/no-store|no-cache|max-age=(0|300)\b/);
  }
  for (const path of ["/api/v1/fleet/hosts", "/api/v1/fleet/me", "/api/latest/fleet/config", "/healthz"]) {
    const answer = await request.get(path);
    expect(answer.headers()["cache-control"], path).toContain("no-store");
  }
  const refused = await page.request.get("/api/v1/fleet/nothing-here");
  expect(refused.status()).toBe(404);
});

test("public pages run no script and load no style but their own", async ({ request, seeded }) => {
  for (const { path } of everyPage(seeded).filter(({ path: each }) => /^\/(device|microsoft)/.test(each))) {
    const policy = (await request.get(path, { maxRedirects: 0 })).headers()["content-security-policy"] ?? "";
    if ((await request.get(path, { maxRedirects: 0 })).status() === 303) continue;
    expect(policy, path).toContain("default-src 'none'");
    expect(policy, path).toContain("script-src 'self'");
    expect(policy, path).not.toContain("unsafe");
  }
});

test("cookies are HttpOnly and Lax, and no script can read them", async ({ browser, baseURL, seeded }) => {
  await asNobody(browser, baseURL, async (visitor) => {
    await signIn(visitor);
    await visitor.goto(`/device/${seeded.deviceTokens.one}`);
    const cookies = await visitor.context().cookies();
    expect(cookies.map(({ name }) => name)).toEqual(expect.arrayContaining(["flotilla_session", "flotilla_device"]));
    for (const cookie of cookies) expect(cookie, cookie.name).toMatchObject({ httpOnly: true, sameSite: "Lax" });
    expect(await visitor.evaluate(() => document.cookie)).toBe("");
  });
});

test("signing out ends the session itself: its old cookie opens nothing", async ({ browser, baseURL }) => {
  await asNobody(browser, baseURL, async (visitor) => {
    await signIn(visitor);
    const kept = await visitor.context().cookies();
    await visitor.getByRole("button", { name: /Admin/ }).click();
    await visitor.getByRole("menuitem", { name: "Sign out" }).click();
    await expect(visitor).toHaveURL(/\/sign-in/);
    await visitor.context().addCookies(kept);
    await visitor.goto("/hosts");
    await expect(visitor).toHaveURL(/\/sign-in/);
    expect((await visitor.request.get("/api/v1/fleet/hosts")).status()).toBe(401);
  });
});

test("without a session nothing is shown, neither pages nor data nor the parts that a script would fetch", async ({ browser, baseURL, seeded }) => {
  await asNobody(browser, baseURL, async (visitor) => {
    for (const { path } of everyPage(seeded).filter(({ open }) => !open)) {
      const answer = await visitor.request.get(path, { maxRedirects: 0, headers: { rsc: "1" } });
      expect(await answer.text(), path).not.toMatch(/FIN-MBA-0117|Kowalczyk|Firewall is on/);
    }
  });
});

test("after signing in the visitor stays here, whatever address was asked for", async ({ browser, baseURL }) => {
  for (const next of [
    "https://attacker.example/",
    "//attacker.example",
    "/\\attacker.example",
    "/\t/attacker.example",
    "javascript:alert(1)",
    "/api/v1/fleet/me",
  ]) {
    await asNobody(browser, baseURL, async (visitor) => {
      await visitor.goto(`/sign-in?way=password&next=${encodeURIComponent(next)}`);
      await visitor.getByLabel("Email").fill(stackAdmin.email);
      await visitor.getByLabel("Password").fill(stackAdmin.password);
      await visitor.getByRole("button", { name: "Sign in" }).click();
      await expect(visitor, next).toHaveURL(`${baseURL}/`);
    });
  }
});

test("the way back from Microsoft leads to the settings page, whatever it says", async ({ page, baseURL }) => {
  await page.goto("/settings/integrations/conditional-access?state=made-up&tenant=x&redirect_uri=https%3A%2F%2Fattacker.example&next=//attacker.example");
  expect(new URL(page.url()).origin).toBe(baseURL);
  await expect(page).toHaveURL(/\/settings\/integrations\/conditional-access\?problem=state_invalid$/);
});

test("a write from another site's page is refused though the browser sends the cookie", async ({ page, seeded }) => {
  const hostId = seeded.hostIds.in;
  const refused = await page.request.delete(`/api/v1/fleet/hosts/${hostId}`, { headers: { origin: "https://attacker.example" } });
  expect(refused.status()).toBe(403);
  expect((await page.request.get(`/api/v1/fleet/hosts/${hostId}`)).status()).toBe(200);
});

test("no page, no part of a page and no script of ours holds a secret", async ({ page, stack, seeded }) => {
  const secretKey = readFileSync(join(stack.folder, "data", "secret.key"), "utf8").trim();
  const enrollSecrets = await stack.admin.get<{ spec: { secrets: { secret: string }[] } }>("spec/enroll_secret");
  const secrets: [string, string][] = [
    ["the app's client secret", seededClientSecret],
    ["the admin's password", stackAdmin.password],
    ["the key for secrets at rest", secretKey],
    ["an enroll secret", enrollSecrets.spec.secrets[0]?.secret ?? ""],
    ["an API token", stack.admin.token],
  ];
  for (const [what, secret] of secrets) expect(secret.length, what).toBeGreaterThan(8);
  const holds = (text: string) => secrets.filter(([, secret]) => text.includes(secret)).map(([what]) => what);
  for (const { path } of everyPage(seeded)) {
    for (const headers of [{ accept: "text/html" }, { rsc: "1" }] as Record<string, string>[]) {
      const answer = await page.request.get(path, { headers });
      expect(holds(await answer.text()), path).toEqual([]);
    }
  }
  const bundles = filesBelow(join(process.env.NEXT_DIST_DIR ?? ".next", "static")).filter((file) => /\.(js|css|map|txt|json)$/.test(file));
  expect(bundles.length).toBeGreaterThan(5);
  // What only the server may know must not even be shipped as code.
  const serverOnly = /DATABASE_URL|SECRET_KEY|ENTRA_CLIENT_SECRET|argon2|aes-256-gcm|pg_advisory_lock|insert into/i;
  for (const file of bundles) {
    const text = readFileSync(file, "utf8");
    expect(holds(text), file).toEqual([]);
    expect(serverOnly.exec(text)?.[0], file).toBeUndefined();
  }
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}
