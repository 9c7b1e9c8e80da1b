import { afterAll, beforeAll, expect, test } from "vitest";
import { readHistogram } from "@/lib/metrics/read-histogram";
import { metricsRegistry } from "@/lib/metrics/registry";
import { startDeliveryScene, type DeliveryScene } from "@/lib/testing/delivery-scene";
import { parseMetrics } from "@/lib/testing/parse-metrics";

let scene: DeliveryScene;
beforeAll(async () => {
  scene = await startDeliveryScene();
});
afterAll(() => scene.stop());

async function figures() {
  const families = parseMetrics(await metricsRegistry().metrics());
  const of = (name: string, label: string) => Object.fromEntries((families.get(name)?.samples ?? []).map(({ labels, value }) => [labels[label], value]));
  const samples = families.get("flotilla_report_acceptance_seconds")?.samples.filter(({ name }) => name.endsWith("_count")) ?? [];
  return {
    reports: of("flotilla_reports_total", "state"),
    accepted: Object.fromEntries(samples.map(({ labels, value }) => [labels.kind, value])),
    jobs: (families.get("flotilla_jobs_total")?.samples ?? []).filter(({ labels }) => labels.outcome === "done").map(({ labels }) => labels.job),
    microsoft: (families.get("flotilla_microsoft_requests_total")?.samples ?? []).map(({ labels }) => `${labels.surface} ${labels.status}`),
  };
}

test("what is told to Microsoft is counted by its states, and its time by whether it blocks or lets in", async () => {
  const host = await scene.mac();
  await scene.answers(host, "fail");
  const blocked = await scene.until(host, "confirmed");
  const first = await figures();
  expect(first.reports).toMatchObject({ queued: 1, submitted: 1, completed: 1, confirmed: 1 });
  expect(first.accepted).toEqual({ block: 1 });
  const tookSeconds = ((blocked.acceptedAt?.getTime() ?? 0) - blocked.causedAt.getTime()) / 1000;
  const [bound] = Object.keys(await readHistogram("flotilla_report_acceptance_seconds"));
  expect(Number(bound)).toBeGreaterThanOrEqual(tookSeconds);

  await scene.answers(host, "pass");
  await scene.until(host, "confirmed");
  const second = await figures();
  expect(second.reports).toMatchObject({ queued: 2, completed: 2, confirmed: 2 });
  expect(second.accepted).toEqual({ block: 1, unblock: 1 });
  expect(second.jobs).toEqual(expect.arrayContaining(["compliance.send_report", "compliance.check_report", "compliance.read_back"]));
  expect(second.microsoft).toEqual(expect.arrayContaining(["sign_in 200", "graph 200", "partner 200"]));
});
