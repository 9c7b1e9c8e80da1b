import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measureLatency } from "./measure-latency";
import { measureRates } from "./measure-rates";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    hosts: { type: "string", default: "2000" },
    seconds: { type: "string" },
    rounds: { type: "string" },
  },
});

// One folder for everything that the run leaves behind; it goes with the run.
const folder = mkdtempSync(join(tmpdir(), "flotilla-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

const hosts = Number(values.hosts);
const seconds = Number(values.seconds ?? (values.quick ? 2 : 4));
const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));

console.log(`Node ${process.version}, ${hosts} hosts, ${rounds} rounds of ${seconds} s each. Rates are ratios against bare node:http in the same round.`);
await measureRates({ folder: join(folder, "rates"), hosts, seconds, rounds });
await measureLatency({ folder: join(folder, "latency"), hosts, seconds: values.quick ? 15 : 60 });
process.exit(0);
