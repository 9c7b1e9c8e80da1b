/** A family of metrics as a scrape shows it. */
export interface MetricFamily {
  help: string;
  type: string;
  samples: { name: string; labels: Record<string, string>; value: number }[];
}

const nameForm = /^[a-z_][a-z0-9_]*$/;
const units = ["seconds", "bytes", "total", "ratio", "info"];
// What a name without a unit may count.
const things = /(_size|_entries|_waiting|_connected|_connections|_idle|_hosts|_handles|_requests|_resources|_fds|flotilla_hosts)$/;

/**
 * Reads Prometheus' text format strictly: a family has its help and type before its samples and once, names follow the rules and end in a unit
 * or in what they count, counters in `_total`, and every value is a number.
 * @throws Error naming the line
 */
export function parseMetrics(text: string): Map<string, MetricFamily> {
  const families = new Map<string, MetricFamily>();
  const seen = new Set<string>();
  let current: MetricFamily | undefined;
  let name = "";
  if (!text.endsWith("\n")) throw new Error("the last line has no end");
  for (const line of text.split("\n").filter(Boolean)) {
    const head = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (head) {
      const [, kind, about = "", words = ""] = head;
      if (kind === "HELP") {
        if (families.has(about)) throw new Error(`${about} is there twice`);
        if (!nameForm.test(about)) throw new Error(`${about} isn't a name`);
        [current, name] = [{ help: words, type: "", samples: [] }, about];
        families.set(about, current);
      } else {
        if (about !== name || !current) throw new Error(`${line} doesn't follow its help`);
        current.type = words;
        checkName(about, words);
      }
      continue;
    }
    const sample = /^([a-z_][a-z0-9_]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!sample || !current) throw new Error(`can't be read: ${line}`);
    const [, of = "", labels = "", value = ""] = sample;
    const bare = current.type === "histogram" ? of.replace(/_(bucket|sum|count)$/, "") : of;
    if (bare !== name) throw new Error(`${of} stands under ${name}`);
    if (!Number.isFinite(Number(value))) throw new Error(`no number: ${line}`);
    if (seen.has(`${of}{${labels}}`)) throw new Error(`twice: ${line}`);
    seen.add(`${of}{${labels}}`);
    const pairs = [...labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/g)].map(([, key, word]) => [key, word]);
    current.samples.push({ name: of, labels: Object.fromEntries(pairs) as Record<string, string>, value: Number(value) });
  }
  return families;
}

function checkName(name: string, type: string): void {
  if (!["counter", "gauge", "histogram"].includes(type)) throw new Error(`${name} has the type ${type}`);
  if (type === "counter" && !name.endsWith("_total")) throw new Error(`the counter ${name} doesn't end in _total`);
  if (type !== "counter" && name.endsWith("_total") && !name.startsWith("nodejs_")) throw new Error(`${name} is no counter`);
  if (!units.some((unit) => name.endsWith(`_${unit}`)) && !things.test(name)) throw new Error(`${name} has no unit`);
}
