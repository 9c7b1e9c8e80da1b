import { Agent } from "undici";
import { benchHost, enrollBody, identifyBody, type BenchHost } from "./agent-bodies";

/**
 * Enrolls `count` computers over HTTP and answers their first questions with `firstWrite`, 32 at a time.
 * @throws Error when an answer isn't what a real agent would go on from
 */
export async function enrollHosts(port: number, count: number, enrollSecret: string, firstWrite: (host: BenchHost) => Buffer): Promise<BenchHost[]> {
  const dispatcher = new Agent({ connections: 32, pipelining: 1 });
  const post = async (path: string, body: string | Buffer): Promise<Record<string, unknown>> => {
    const response = await dispatcher.request({
      origin: `http://127.0.0.1:${port}`,
      path,
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    const answer = (await response.body.json()) as Record<string, unknown>;
    if (response.statusCode !== 200 || "error" in answer) throw new Error(`${path} answered ${response.statusCode} ${JSON.stringify(answer).slice(0, 300)}`);
    return answer;
  };
  const hosts = Array.from({ length: count }, (_, n) => benchHost(n));
  let next = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: 32 }, async () => {
      for (let host = hosts[next++]; host; host = hosts[next++]) {
        host.nodeKey = String((await post("/api/osquery/enroll", JSON.stringify(enrollBody(host, enrollSecret)))).node_key);
        await post("/api/osquery/distributed/read", identifyBody(host));
        await post("/api/osquery/distributed/write", firstWrite(host));
      }
    }),
  );
  await dispatcher.close();
  console.log(`enrolled ${count} hosts with their first write in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return hosts;
}
