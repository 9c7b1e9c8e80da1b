import type { PoolClient } from "pg";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { GET as listLabels } from "@/app/api/v1/fleet/labels/route";
import { handleAgentRequest } from "@/lib/agents/handle-agent-request";
import { resetEnv } from "@/lib/env";
import { callRoute } from "@/lib/testing/call-route";
import { closeDatabase } from "./prisma";
import { getPool } from "./pool";

let held: PoolClient[];

// Four requests that never end hold all there is.
beforeAll(async () => {
  await closeDatabase();
  process.env.DATABASE_POOL_SIZE = "4";
  resetEnv();
  held = await Promise.all([1, 2, 3, 4].map(() => getPool().connect()));
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => {
  delete process.env.DATABASE_POOL_SIZE;
  resetEnv();
  for (const client of held) client.release();
});

/** Lets the ten seconds pass that a request waits for a connection. */
async function afterTheWait<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const answer = ask();
  await expect.poll(() => getPool().waitingCount).toBe(1);
  await vi.advanceTimersByTimeAsync(10_000);
  return answer;
}

test("an agent that finds the pool exhausted is asked to come again, and keeps its key", async () => {
  const { status, headers, body } = await afterTheWait(() =>
    handleAgentRequest({
      method: "POST",
      path: "/api/osquery/distributed/read",
      headers: {},
      body: (async function* () {
        yield Buffer.from('{"node_key":"one that has to be looked up"}');
      })(),
      remoteAddress: "192.0.2.7",
    }),
  );
  expect(status).toBe(503);
  expect(headers["retry-after"]).toBe("5");
  expect(body.toString()).not.toContain("node_invalid");
});

test("a program that finds the pool exhausted is asked to come again, and told why", async () => {
  const response = await afterTheWait(() => callRoute(listLabels, { token: "a-token-that-would-have-to-be-looked-up-0123456789" }));
  expect(response.status).toBe(503);
  expect(response.headers.get("retry-after")).toBe("5");
  expect(await response.json()).toMatchObject({ code: "database_unavailable" });
});
