import { aldergate, expect, test } from "./aldergate";
import { everyPage } from "./every-page";
import { scoreHeaders, type AnswerKind } from "./header-rules";

test.use({ scene: aldergate });

// The name under which the visitor came: this computer's own would be promised no HTTPS, because its other ports speak plain HTTP.
const publicName = "flotilla.aldergate.example";

test("every kind of answer, by HTTP and by HTTPS, has the full score of the written list", async ({ page, stack, seeded }) => {
  test.setTimeout(240_000);
  const asset = (await (await page.request.get("/device")).text()).match(/\/assets\/public\.css\?v=\w+/)?.[0];
  const chunk = (await (await page.request.get("/hosts")).text()).match(/\/_next\/static\/[^"']+?\.js/)?.[0];
  expect([asset, chunk]).toEqual([expect.any(String), expect.any(String)]);
  const device = (path: string) => /^\/(device|microsoft)/.test(path);
  const answers: { path: string; kind: AnswerKind; method?: string; headers?: Record<string, string> }[] = [
    ...everyPage(seeded).map(({ path, open }) => ({ path, kind: device(path) ? ("public_page" as const) : open ? ("open_page" as const) : ("page" as const) })),
    ...["/", "/hosts", "/settings", "/activities"].map((path) => ({ path, kind: "payload" as const, headers: { rsc: "1" } })),
    ...["hosts", "me", "config", "users", "nothing-here", "hosts/999999999", "spec/enroll_secret"].map((path) => ({
      path: `/api/v1/fleet/${path}`,
      kind: "api" as const,
    })),
    { path: "/api/latest/fleet/hosts", kind: "api" },
    { path: "/api/v1/fleet/hosts", kind: "api", headers: { cookie: "" } },
    { path: `/api/v1/fleet/hosts/${seeded.hostIds.in}`, kind: "api", method: "DELETE", headers: { origin: "https://attacker.example" } },
    { path: "/hosts", kind: "api", method: "POST", headers: { origin: "https://attacker.example" } },
    { path: "/api/v1/fleet/activities/export?format=csv", kind: "download" },
    { path: "/hosts", kind: "redirect", headers: { cookie: "" } },
    { path: "/login", kind: "redirect" },
    { path: "/api/entra/consent", kind: "redirect" },
    { path: "/healthz", kind: "api" },
    { path: "/nothing-stands-here", kind: "page" },
    { path: asset ?? "", kind: "file" },
    { path: chunk ?? "", kind: "file" },
  ];
  const lost: string[] = [];
  let points = 0;
  let of = 0;
  for (const [https, origin] of [
    [false, stack.server.origin],
    [true, stack.server.tlsOrigin],
  ] as const) {
    for (const { path, kind, method = "GET", headers = {} } of answers) {
      const { cookie: none, ...more } = headers;
      const cookies = none === "" ? "" : (await page.context().cookies(stack.server.origin)).map(({ name, value }) => `${name}=${value}`).join("; ");
      const answer = await page.request.fetch(`${origin}${path}`, {
        method,
        headers: { ...more, ...(https && { host: publicName }), cookie: cookies },
        maxRedirects: 0,
      });
      // Some pages lead on, such as one that asks for a session.
      const score = scoreHeaders(answer.headers(), answer.status() >= 300 && answer.status() < 400 ? "redirect" : kind, https);
      points += score.points;
      of += score.of;
      if (score.broken.length > 0) lost.push(`${https ? "HTTPS" : "HTTP"} ${method} ${path} (${kind}, ${answer.status()}): ${score.broken.join("; ")}`);
    }
  }
  console.log(`Headers: ${points} of ${of} points, over ${answers.length * 2} answers.`);
  expect(lost).toEqual([]);
  expect(points).toBe(of);
});

test("the list itself finds what is missing", () => {
  expect(scoreHeaders({}, "page", true).points).toBeLessThan(25);
  const inline = { "content-security-policy": "default-src 'none'; script-src 'self' 'unsafe-inline'" };
  expect(scoreHeaders(inline, "page", false).broken).toEqual(
    expect.arrayContaining(["scripts need the answer's nonce, and none is inline or evaluated", "no policy allows inline or evaluated script"]),
  );
});

test("cookies say Secure by HTTPS and not by HTTP, and are HttpOnly and Lax by both", async ({ browser, stack }) => {
  for (const origin of [stack.server.origin, stack.server.tlsOrigin]) {
    const context = await browser.newContext({ baseURL: origin, storageState: { cookies: [], origins: [] } });
    const visitor = await context.newPage();
    await visitor.goto("/sign-in?way=password");
    await visitor.getByLabel("Email").fill("admin@aldergate.example");
    await visitor.getByLabel("Password").fill("harbour-lantern-4-tides");
    await visitor.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(visitor).not.toHaveURL(/\/sign-in/);
    const session = (await context.cookies()).find(({ name }) => name === "flotilla_session");
    expect(session).toMatchObject({ httpOnly: true, sameSite: "Lax", secure: origin.startsWith("https:"), path: "/" });
    expect(session?.domain).toBe("localhost");
    await context.close();
  }
});
