import { Registry, type Metric } from "prom-client";

// Next bundles route code apart from the server, so what must exist once per process hangs on globalThis.
const shared = globalThis as unknown as { flotillaMetrics?: Registry };

/** This process's one registry of metrics. */
export function metricsRegistry(): Registry {
  shared.flotillaMetrics ??= new Registry();
  return shared.flotillaMetrics;
}

/** The metric of this name, made at the first call. Several copies of the calling module share it. */
export function metric<M extends Metric>(name: string, make: (base: { name: string; registers: Registry[] }) => M): M {
  const registry = metricsRegistry();
  return (registry.getSingleMetric(name) as M | undefined) ?? make({ name, registers: [registry] });
}
