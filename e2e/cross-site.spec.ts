import type { APIRequestContext, APIResponse, Page } from "@playwright/test";
import { aldergate, expect, test } from "./aldergate";
import { asNobody, signIn } from "./fixtures";

test.use({ scene: aldergate });

/** From where a browser can be made to write: every origin but our own, and none at all. */
function elsewhere(origin: string): [string, Record<string, string>][] {
  const { port } = new URL(origin);
  return [
    ["another site", { origin: "https://attacker.example" }],
    ["a name below ours", { origin: `http://evil.localhost:${port}` }],
    ["another port", { origin: `http://localhost:${Number(port) + 1}` }],
    ["a sandboxed page", { origin: "null" }],
    ["nowhere said", {}],
    ["a sibling, by fetch metadata", { "sec-fetch-site": "same-site" }],
    ["another site, by fetch metadata", { "sec-fetch-site": "cross-site" }],
  ];
}

/** What may not move: the newest activity, the organisation, one host and how many there are, and that the session lives. */
async function state(request: APIRequestContext, hostId: number): Promise<object> {
  const get = async (path: string) => (await request.get(`/api/v1/fleet/${path}`)).json() as Promise<Record<string, unknown>>;
  const [activities, config, host, count] = await Promise.all([get("activities?per_page=1"), get("config"), get(`hosts/${hostId}`), get("hosts/count")]);
  return { activities: activities.activities, organisation: config.org_info, teamId: (host.host as { team_id: unknown }).team_id, count: count.count };
}

/** A form as the browser was about to send it: caught on the wire, so that it can be sent from somewhere else. */
async function catchForm(page: Page, press: () => Promise<void>): Promise<{ url: string; headers: Record<string, string>; data: Buffer }> {
  const caught = page.waitForRequest((request) => request.method() === "POST" && "next-action" in request.headers());
  await page.route("**", (route) => (route.request().method() === "POST" ? route.abort() : route.continue()));
  await press();
  const request = await caught;
  await page.unroute("**");
  const { origin: _origin, referer: _referer, ...headers } = request.headers();
  for (const name of Object.keys(headers)) if (name.startsWith("sec-") || name === "cookie") delete headers[name];
  return { url: request.url(), headers, data: request.postDataBuffer() ?? Buffer.alloc(0) };
}

test("the REST API takes no write from elsewhere by a cookie, however it is dressed up", async ({ page, seeded, baseURL }) => {
  const hostId = seeded.hostIds.in;
  const { request } = page;
  const before = await state(request, hostId);
  const json = { "content-type": "application/json" };
  const transfer = JSON.stringify({ team_id: 0, hosts: [hostId] });
  for (const [from, headers] of elsewhere(baseURL ?? "")) {
    const tries: [string, Promise<APIResponse>][] = [
      ["DELETE", request.delete(`/api/v1/fleet/hosts/${hostId}`, { headers })],
      ["PATCH", request.patch("/api/v1/fleet/config", { headers: { ...headers, ...json }, data: JSON.stringify({ org_info: { org_name: "Taken over" } }) })],
      ["POST", request.post("/api/v1/fleet/hosts/transfer", { headers: { ...headers, ...json }, data: transfer })],
      // What a plain form can send without asking first.
      ["text/plain", request.post("/api/v1/fleet/hosts/transfer", { headers: { ...headers, "content-type": "text/plain" }, data: transfer })],
      ["form", request.post("/api/v1/fleet/hosts/transfer", { headers, form: { [`{"team_id":0,"hosts":[${hostId}],"x":"`]: '"}' } })],
      ["newer name", request.post("/api/latest/fleet/hosts/transfer", { headers: { ...headers, ...json }, data: transfer })],
      ["sign out", request.post("/api/v1/fleet/logout", { headers })],
    ];
    for (const [how, answer] of tries) expect((await answer).status(), `${how} from ${from}`).toBe(403);
  }
  expect(await state(request, hostId)).toEqual(before);
});

test("no header, field or query turns a read into a write", async ({ page, seeded }) => {
  const hostId = seeded.hostIds.in;
  const { request } = page;
  const before = await state(request, hostId);
  const path = `/api/v1/fleet/hosts/${hostId}`;
  const headers = { origin: "https://attacker.example" };
  for (const name of ["x-http-method-override", "x-http-method", "x-method-override"]) await request.get(path, { headers: { ...headers, [name]: "DELETE" } });
  await request.get(`${path}?_method=DELETE`, { headers });
  for (const method of ["DELETE", "PATCH"]) {
    const answer = await request.post(path, { headers: { ...headers, "x-http-method-override": method }, form: { _method: method } });
    expect(answer.status()).toBeGreaterThanOrEqual(403);
  }
  expect(await state(request, hostId)).toEqual(before);
});

test("a server action caught on the wire does nothing when it comes from elsewhere, and its work when it comes from here", async ({
  page,
  seeded,
  baseURL,
}) => {
  await page.goto("/settings/organisation");
  await page.getByLabel("Their phone").fill("+32 3 555 01 99");
  const { url, headers, data } = await catchForm(page, () => page.getByRole("button", { name: "Save", exact: true }).click());
  const before = await state(page.request, seeded.hostIds.in);
  for (const [from, origin] of elsewhere(baseURL ?? "")) {
    const answer = await page.request.post(url, { headers: { ...headers, ...origin }, data });
    expect(answer.status(), from).toBe(403);
    // As a browser without script would send it.
    const plain = await page.request.post(url, { headers: { ...origin, "content-type": "text/plain" }, data: "$ACTION_ID_0=" });
    expect(plain.status(), from).toBe(403);
  }
  expect(await state(page.request, seeded.hostIds.in)).toEqual(before);
  const kept = JSON.parse(JSON.stringify(before)) as { organisation: { contact_phone?: string } };
  const ours = await page.request.post(url, { headers: { ...headers, origin: baseURL ?? "" }, data });
  expect(ours.status()).toBe(200);
  const config = (await (await page.request.get("/api/v1/fleet/config")).json()) as { org_info: { contact_phone: string } };
  expect(config.org_info.contact_phone).toBe("+32 3 555 01 99");
  const back = await page.request.patch("/api/v1/fleet/config", { headers: { origin: baseURL ?? "" }, data: { org_info: kept.organisation } });
  expect(back.status()).toBe(200);
});

test("nobody is signed in from elsewhere as somebody whom they didn't choose", async ({ browser, baseURL }) => {
  await asNobody(browser, baseURL, async (visitor) => {
    await visitor.goto("/sign-in?way=password");
    await visitor.getByLabel("Email").fill("admin@aldergate.example");
    await visitor.getByLabel("Password").fill("harbour-lantern-4-tides");
    const { url, headers, data } = await catchForm(visitor, () => visitor.getByRole("button", { name: "Sign in", exact: true }).click());
    for (const [from, origin] of elsewhere(baseURL ?? "")) {
      const answer = await visitor.request.post(url, { headers: { ...headers, ...origin }, data, maxRedirects: 0 });
      expect(answer.status(), from).toBe(403);
      expect(answer.headers()["set-cookie"], from).toBeUndefined();
    }
    // The API's own sign-in gives a token to whoever asks, and a browser no session.
    const login = await visitor.request.post("/api/v1/fleet/login", {
      headers: { origin: "https://attacker.example" },
      data: { email: "admin@aldergate.example", password: "harbour-lantern-4-tides" },
    });
    expect(login.headers()["set-cookie"]).toBeUndefined();
    expect((await visitor.context().cookies()).filter(({ name }) => name === "flotilla_session")).toEqual([]);
  });
});

test("nobody is signed out from elsewhere", async ({ browser, baseURL }) => {
  await asNobody(browser, baseURL, async (visitor) => {
    await signIn(visitor);
    await visitor.getByRole("button", { name: /Admin/ }).click();
    const { url, headers, data } = await catchForm(visitor, () => visitor.getByRole("menuitem", { name: "Sign out" }).click());
    for (const [from, origin] of elsewhere(baseURL ?? "")) {
      expect((await visitor.request.post(url, { headers: { ...headers, ...origin }, data, maxRedirects: 0 })).status(), from).toBe(403);
    }
    for (const path of ["signout", "session", "csrf", "signin", "signin/entra", "providers"]) {
      await visitor.request.post(`/api/auth/${path}`, {
        headers: { origin: "https://attacker.example" },
        form: { csrfToken: "x", callbackUrl: "https://attacker.example" },
      });
      const read = await visitor.request.get(`/api/auth/${path}?callbackUrl=https://attacker.example`, { maxRedirects: 0 });
      expect(read.headers().location ?? "", path).not.toContain("attacker");
    }
    expect((await visitor.request.get("/api/v1/fleet/me")).status()).toBe(200);
  });
});

test("an identity provider's answer comes from another site by nature; one that nobody asked for changes nothing", async ({ page, seeded }) => {
  const before = await page.request.get("/api/v1/fleet/me");
  const answer = await page.request.post("/api/v1/fleet/sso/callback", {
    headers: { origin: "https://login.attacker.example" },
    form: { SAMLResponse: Buffer.from("<samlp:Response/>").toString("base64"), RelayState: "https://attacker.example" },
    maxRedirects: 0,
  });
  expect(answer.status()).toBe(303);
  expect(answer.headers().location).toMatch(/^\/sign-in\?/);
  expect(answer.headers()["set-cookie"] ?? "").not.toContain("flotilla_session");
  expect(await (await page.request.get("/api/v1/fleet/me")).text()).toBe(await before.text());
  expect((await page.request.get(`/api/v1/fleet/hosts/${seeded.hostIds.in}`)).status()).toBe(200);
});

test("agents say no origin and need none; a browser's cookie opens nothing to them", async ({ page }) => {
  for (const headers of [{}, { origin: "https://attacker.example" }] as Record<string, string>[]) {
    const answer = await page.request.post("/api/osquery/config", { headers, data: { node_key: "nobody's" } });
    expect(answer.status()).toBe(401);
    expect(await answer.json()).toMatchObject({ node_invalid: true });
  }
});
