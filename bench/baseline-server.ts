// The first baseline of every rate: node:http that reads and parses the same body and answers the same bytes, and does nothing else.
import { createServer } from "node:http";

// What our server answered to each path.
const answers = new Map(
  Object.entries(JSON.parse(process.env.BENCH_ANSWERS ?? "{}") as Record<string, string>).map(([path, text]) => [path, Buffer.from(text)]),
);
const nothing = Buffer.from("{}");

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    JSON.parse(Buffer.concat(chunks).toString("utf8"));
    const body = answers.get(request.url ?? "") ?? nothing;
    response.writeHead(200, { "content-type": "application/json", "content-length": body.length, "cache-control": "no-store" }).end(body);
  });
});
server.keepAliveTimeout = 125_000;
server.listen(Number(process.env.PORT ?? 0), "127.0.0.1");
process.on("SIGTERM", () => process.exit(0));
