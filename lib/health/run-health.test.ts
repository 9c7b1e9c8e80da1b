import { open } from "node:fs/promises";
import { expect, test } from "vitest";
import { serverContext } from "../context";
import { getPool } from "../db/pool";
import { migrateQueue } from "../jobs/run-worker";
import { metricsRegistry } from "../metrics/registry";
import { parseMetrics } from "../testing/parse-metrics";
import { listLatestSamples } from "./health-queries";
import { measureAgents } from "./measure-agents";
import { runHealth } from "./run-health";
import { SampleFigures } from "./sample-figures";
import { instanceName } from "./sample-meter";
import { ThreadMeter } from "./thread-meter";

test("a process shows every family of metrics, and leaves a last sample that says that it stopped", async () => {
  await migrateQueue(getPool());
  const agents = measureAgents({ size: 0 });
  const checkIns = new ThreadMeter();
  const run = runHealth(
    () => true,
    async () => ({ agents: await agents.take(), checkIns: await checkIns.take() }),
  );
  const families = [...parseMetrics(await metricsRegistry().metrics()).keys()].filter((name) => name.startsWith("flotilla_"));
  expect(families).toEqual(
    expect.arrayContaining([
      "flotilla_checkins_total",
      "flotilla_database_pool_waiting",
      "flotilla_host_cache_entries",
      "flotilla_jobs_waiting",
      "flotilla_listen_connected",
      "flotilla_reports_waiting",
      "flotilla_scrape_errors_total",
    ]),
  );
  const openFiles = async () => parseMetrics(await metricsRegistry().metrics()).get("process_open_fds")?.samples[0]?.value ?? Number.NaN;
  const before = await openFiles();
  const files = await Promise.all(Array.from({ length: 50 }, () => open("/dev/null")));
  expect(await openFiles()).toBeGreaterThanOrEqual(before + 45);
  await Promise.all(files.map((file) => file.close()));
  await run.stop();
  agents.stop();
  checkIns.stop();
  const [last, ...others] = await listLatestSamples(serverContext().sql, new Date(0), new Date());
  expect(others).toEqual([]);
  expect(last?.instance).toBe(instanceName);
  expect(SampleFigures.parse(last?.values)).toMatchObject({ ready: false, stopped: true, listening: false });
});
