import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { readBenchCommand, type BenchCommand, type BenchOptions } from "./bench-options";
import { measureFlips } from "./measure-flips";
import { measureHold } from "./measure-hold";
import { measureInstances } from "./measure-instances";
import { measureKnee } from "./measure-knee";
import { measureLatency } from "./measure-latency";
import { measureLists } from "./measure-lists";
import { measureRates } from "./measure-rates";
import { measureStorms } from "./measure-storms";
import { measureYear } from "./measure-year";

interface Scenario {
  name: string;
  about: string;
  run: (options: BenchOptions) => Promise<void>;
}

// In the order in which they run; the first is what --quick runs.
const scenarios: Scenario[] = [
  { name: "rates", about: "check-ins per second against bare node:http", run: measureRates },
  { name: "hold", about: "a fleet held for minutes, by default 100,000 hosts for ten: errors, waiting, memory", run: measureHold },
  { name: "knee", about: "how many hosts until the p99 of an answer passes a second", run: measureKnee },
  { name: "latency", about: "from a result to Microsoft's acceptance, under load", run: measureLatency },
  { name: "flips", about: "a whole fleet that flips while Microsoft takes 50 requests a second: order, memory, drain time", run: measureFlips },
  { name: "storms", about: "policies, labels and teams changed under load: calls before, during and after", run: measureStorms },
  { name: "instances", about: "several on one database against one: throughput, equal answers, a rolling restart", run: measureInstances },
  { name: "lists", about: "lists, counts and searches of 100,000 hosts x 200 policies: every route and page", run: measureLists },
  { name: "year", about: "a year of a fleet at 1:100: what grows, what goes, and how long the nights take", run: measureYear },
];

const command = readCommand();
// One folder for everything that the run leaves behind; it goes with the run, however it ends.
const folder = mkdtempSync(join(tmpdir(), "flotilla-bench-"));
process.on("exit", removeFolder);
process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));

const failed: string[] = [];
for (const name of command.names) {
  const scenario = scenarios.find((one) => one.name === name) as Scenario;
  console.log(`\n== ${name}: ${scenario.about}`);
  console.log(`   Node ${process.version}, ${cpus().length} cores (${cpus()[0]?.model.trim() || process.arch}), ${(totalmem() / 2 ** 30).toFixed(0)} GB`);
  const own = join(folder, name);
  mkdirSync(own);
  const started = performance.now();
  try {
    await scenario.run({ ...command.options, folder: own });
  } catch (error) {
    failed.push(name);
    console.error(`${name} FAILED:`, error);
  }
  console.log(`   (${name} took ${((performance.now() - started) / 1000).toFixed(0)} s)`);
  rmSync(own, { recursive: true, force: true, maxRetries: 5 });
}
if (failed.length > 0) console.error(`\nFAILED: ${failed.join(", ")}`);
process.exit(failed.length > 0 ? 1 : 0);

// Last of all: whoever writes there has been told to end.
function removeFolder(): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  } catch (error) {
    console.error(`${folder} couldn't be removed: ${(error as Error).message}`);
  }
}

function readCommand(): BenchCommand {
  const names = scenarios.map((scenario) => scenario.name);
  try {
    return readBenchCommand(process.argv.slice(2), names);
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}
