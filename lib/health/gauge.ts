import { Counter, Gauge } from "prom-client";
import { getLogger } from "@/lib/log";
import { metric } from "@/lib/metrics/registry";

/** Shows what `read` sets as a gauge, with one label or none. A read that fails leaves its gauge out and is counted; the scrape goes on. */
export function gauge(name: string, help: string, read: (set: (value: number, word?: string) => void) => Promise<void>, label?: string): void {
  const errors = metric(
    "flotilla_scrape_errors_total",
    (base) => new Counter({ ...base, help: "Reads for a scrape that failed or took too long; their gauges are missing from it." }),
  );
  metric(name, (base) => {
    const made = new Gauge<string>({
      ...base,
      help,
      labelNames: label ? [label] : [],
      async collect() {
        this.reset();
        // Without labels a reset leaves a 0 that nobody read.
        if (!label) this.remove();
        try {
          await read((value, word) => (label ? this.set({ [label]: word ?? "" }, value) : this.set(value)));
        } catch (error) {
          errors.inc();
          getLogger().warn({ metric: name, "error.message": (error as Error).message }, "a metric couldn't be read");
        }
      },
    });
    return made;
  });
}
