import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { connect, type AddressInfo } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readRequestHead } from "./request-head";

const usual = ["POST /api/v1/osquery/config HTTP/1.1", "Host: flotilla.example", "User-Agent: osquery/5.23.1", "Content-Length: 2", "Accept: application/json"];
const head = (...lines: string[]) => lines.join("\r\n");

test("an agent's head is read: method, path with its query, names in lower case, length", () => {
  const read = readRequestHead(head("POST /api/v1/osquery/config?x=1 HTTP/1.1", ...usual.slice(1)));
  expect(read).toMatchObject({ method: "POST", path: "/api/v1/osquery/config?x=1", contentLength: 2 });
  expect({ ...read?.headers }).toEqual({ host: "flotilla.example", "user-agent": "osquery/5.23.1", "content-length": "2", accept: "application/json" });
});

test.each([
  ["another version", "POST / HTTP/1.0", ...usual.slice(1)],
  ["another method", "PATCH / HTTP/1.1", ...usual.slice(1)],
  ["a whole address", "POST http://elsewhere.example/ HTTP/1.1", ...usual.slice(1)],
  ["two spaces", "POST  / HTTP/1.1", ...usual.slice(1)],
  ["no host", usual[0] ?? "", "Content-Length: 2"],
  ["two hosts", ...usual, "Host: elsewhere.example"],
  ["two lengths", ...usual, "content-length: 3"],
  ["chunks", ...usual.slice(0, 3), "Transfer-Encoding: chunked"],
  ["chunks beside a length", ...usual, "Transfer-Encoding: chunked"],
  ["a length with a sign", ...usual.slice(0, 3), "Content-Length: +2"],
  ["a length in hex", ...usual.slice(0, 3), "Content-Length: 0x2"],
  ["a length that is a list", ...usual.slice(0, 3), "Content-Length: 2, 2"],
  ["no length of a POST", ...usual.slice(0, 3)],
  ["a GET with a body", "GET / HTTP/1.1", ...usual.slice(1)],
  ["a folded line", ...usual, " folded: yes"],
  ["a space before the colon", ...usual, "X-Odd : yes"],
  ["a line feed alone", ...usual, "X-Odd: a\nContent-Length: 9"],
  ["a carriage return alone", ...usual, "X-Odd: a\rContent-Length: 9"],
  ["a NUL", ...usual, "X-Odd: a\0b"],
  ["letters beyond ASCII", ...usual, "X-Odd: \u00e9"],
  ["a zipped body", ...usual, "Content-Encoding: gzip"],
  ["a wish to be asked first", ...usual, "Expect: 100-continue"],
  ["another protocol", ...usual, "Connection: Upgrade", "Upgrade: websocket"],
  ["the end of the connection", ...usual, "Connection: close"],
  ["more headers than anybody sends", ...usual, ...Array.from({ length: 40 }, (_, n) => `x-${n}: 1`)],
])("%s is left to node:http", (_name, ...lines) => {
  expect(readRequestHead(head(...lines))).toBeNull();
});

const read: { method?: string; url?: string; headers: IncomingMessage["headers"]; body: string }[] = [];
const server = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk: Buffer) => (body += chunk.toString("latin1")));
  request.on("end", () => {
    read.push({ method: request.method ?? "", url: request.url ?? "", headers: request.headers, body });
    response.end();
  });
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(() => server.close());

const text = (characters: string) => fc.string({ unit: fc.constantFrom(...characters), maxLength: 6 });
const line = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...usual.slice(1)) },
  {
    weight: 2,
    arbitrary: fc.tuple(text("abXY-_:. \t"), fc.constantFrom(":", ": ", " : ", ":\t"), text("ab1,;\t \r\n\0\u00e9")).map((parts) => parts.join("")),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom("Content-Length", "content-length", "Transfer-Encoding", "Connection", "Host", "Expect"), text("0123 ,+-xachunkedloseipv"))
      .map(([name, value]) => `${name}: ${value}`),
  },
);
const first = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(usual[0] as string, "GET /x HTTP/1.1", "HEAD /y?z=%00 HTTP/1.1") },
  { weight: 1, arbitrary: fc.tuple(text("GETPOS "), text("/ab% ?#\t"), text("HTP/1.10 ")).map((parts) => parts.join(" ")) },
);

test("whatever is read here, node:http reads alike: the same method, path, headers and body", async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(first, fc.array(line, { minLength: 1, maxLength: 6 }), async (start, lines) => {
      const written = head(start, ...lines);
      const mine = readRequestHead(written);
      if (!mine || mine.contentLength > 5000) return;
      compared += 1;
      const body = "b".repeat(mine.contentLength);
      const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
      socket.write(`${written}\r\n\r\n${body}`, "latin1");
      const [answer] = (await once(socket, "data")) as [Buffer];
      socket.destroy();
      expect(answer.toString("latin1")).toMatch(/^HTTP\/1\.1 200 /);
      expect(read.pop()).toEqual({ method: mine.method, url: mine.path, headers: { ...mine.headers }, body });
    }),
    { numRuns: 6000 },
  );
  expect(compared).toBeGreaterThan(50);
});
