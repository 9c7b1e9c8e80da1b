import { createServer, request as httpRequest, type IncomingHttpHeaders, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { guardAnswer, nonceOf } from "./page-headers";

interface Asked {
  https?: boolean;
  path?: string;
  headers?: Record<string, string>;
}

/** What a client gets from a server whose every answer is guarded and which answers by `handle`. */
async function ask(handle: RequestListener, { https = false, path = "/hosts", headers = {} }: Asked = {}): Promise<IncomingHttpHeaders> {
  const server = createServer((request, response) => {
    guardAnswer(request, response, { https, dev: false });
    void handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const got = await new Promise<IncomingHttpHeaders>((resolve, reject) =>
    httpRequest({ host: "127.0.0.1", port, path, headers }, (answer) => answer.resume().on("end", () => resolve(answer.headers)))
      .on("error", reject)
      .end(),
  );
  await new Promise((resolve) => server.close(resolve));
  return got;
}

const page: RequestListener = (_request, response) => response.setHeader("content-type", "text/html; charset=utf-8").end("<p>");

test("a page's scripts and style sheets need the nonce of its own answer, which the page is told in its request", async () => {
  let told: string | undefined;
  const first = await ask((request, response) => {
    told = nonceOf(new Headers({ "content-security-policy": String(request.headers["content-security-policy"]) }));
    void page(request, response);
  });
  const policy = String(first["content-security-policy"]);
  expect(told).toMatch(/^[A-Za-z0-9+/]{24}$/);
  expect(policy).toContain(`script-src 'self' 'nonce-${told}' 'strict-dynamic';`);
  expect(policy).toContain(`style-src 'self' 'nonce-${told}';`);
  expect((await ask(page))["content-security-policy"]).not.toBe(policy);
});

test("a policy that a client sends chooses no nonce", async () => {
  const headers = { "content-security-policy": "script-src 'nonce-chosen'", "content-security-policy-report-only": "script-src 'nonce-chosen'" };
  let seen: IncomingHttpHeaders = {};
  await ask(
    (request, response) => {
      seen = request.headers;
      void page(request, response);
    },
    { headers },
  );
  expect(JSON.stringify(seen)).not.toContain("chosen");
});

test("a page's policy is the whole written list, and eases nothing else", async () => {
  const policy = String((await ask(page))["content-security-policy"]).replaceAll(/'nonce-[^']+'/g, "'nonce'");
  expect(policy.split("; ")).toEqual([
    "default-src 'none'",
    "script-src 'self' 'nonce' 'strict-dynamic'",
    "style-src 'self' 'nonce'",
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]);
  expect(String((await ask(page, { path: "/sign-in?next=/" }))["content-security-policy"])).toContain("img-src 'self' data: https:;");
});

test("what isn't a page loads nothing at all", async () => {
  const json = await ask((_request, response) => response.setHeader("content-type", "application/json").end("{}"), { path: "/api/v1/fleet/hosts" });
  expect(json["content-security-policy"]).toBe("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  const redirect = await ask((_request, response) => response.writeHead(303, { location: "/" }).end());
  expect(redirect["content-security-policy"]).toContain("default-src 'none'");
});

test("a header that an answer sets itself stays, however it sets it", async () => {
  const own = { "content-security-policy": "default-src 'none'", "referrer-policy": "no-referrer" };
  const set = await ask((_request, response) => {
    for (const [name, value] of Object.entries(own)) response.setHeader(name, value);
    response.end();
  });
  const written = await ask((_request, response) => response.writeHead(200, own).end());
  expect(set).toMatchObject(own);
  expect(written).toMatchObject(own);
});

test.each([
  ["/hosts", "s-maxage=31536000", "no-store"],
  ["/hosts", "private, no-cache, no-store", "private, no-cache, no-store"],
  ["/hosts?_rsc=1", "public, max-age=60", "no-store"],
  ["/api/v1/fleet/hosts", undefined, "no-store"],
  ["/_next/static/chunks/a.js", "public, max-age=31536000, immutable", "public, max-age=31536000, immutable"],
  ["/assets/public.css?v=1", "public, max-age=31536000, immutable", "public, max-age=31536000, immutable"],
  ["/device/a-token", "private, max-age=0", "private, max-age=0"],
  ["/devices", "public, max-age=60", "no-store"],
])("%s with cache-control %s goes out with %s", async (path, said, out) => {
  const got = await ask(
    (_request, response) => {
      if (said) response.setHeader("cache-control", said);
      response.end();
    },
    { path },
  );
  expect(got["cache-control"]).toBe(out);
});

test("a failed answer is never kept, not even of a file", async () => {
  const got = await ask((_request, response) => response.writeHead(404, { "cache-control": "public, max-age=60" }).end(), { path: "/assets/x" });
  expect(got["cache-control"]).toBe("no-store");
});

test("HTTPS is asked for ever after, except of this computer's own name, whose other ports speak plain HTTP", async () => {
  const host = (name: string) => ({ https: true, headers: { host: name } });
  expect((await ask(page, host("flotilla.example.com:8443")))["strict-transport-security"]).toBe("max-age=31536000");
  expect(String((await ask(page, host("flotilla.example.com")))["content-security-policy"])).toContain("upgrade-insecure-requests");
  expect((await ask(page, host("localhost:8443")))["strict-transport-security"]).toBeUndefined();
  expect((await ask(page, { headers: { host: "flotilla.example.com" } }))["strict-transport-security"]).toBeUndefined();
});
