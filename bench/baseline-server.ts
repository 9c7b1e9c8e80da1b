// The baseline of every rate: node:http that reads and parses the same body and answers the same bytes, and does nothing else.
import { createServer } from "node:http";

const read = Buffer.from('{"queries":{},"discovery":{}}');
const write = Buffer.from("{}");

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    JSON.parse(Buffer.concat(chunks).toString("utf8"));
    const body = request.url?.endsWith("/read") ? read : write;
    response.writeHead(200, { "content-type": "application/json", "content-length": body.length, "cache-control": "no-store" }).end(body);
  });
});
server.keepAliveTimeout = 125_000;
server.listen(Number(process.argv[2] ?? 0), "127.0.0.1", () => console.log(JSON.stringify({ port: (server.address() as { port: number }).port })));
process.on("SIGTERM", () => process.exit(0));
