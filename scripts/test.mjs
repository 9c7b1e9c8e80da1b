// `npm test`: everything. Units and integration (vitest), the pages in a real browser (Playwright), the demo's story and a short chaos run;
// closes with the names of what failed and "N passed, N failed". `--only=unit|e2e|story|chaos` runs one part.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import { bundle } from "./build-server.mjs";
import { chromiumArgs, findChromium } from "./chromium.mjs";
import { isBuilt } from "./source-hash.mjs";

const require = createRequire(import.meta.url);
const only = process.argv.find((argument) => argument.startsWith("--only="))?.slice(7);
const rest = process.argv.slice(2).filter((argument) => !argument.startsWith("--only="));
const wants = (part) => !only || only === part;
const totals = { passed: 0, failed: 0 };
/** What failed, by name: said again at the end, since the part's own output stands thousands of lines above it. */
const failures = [];
const seconds = [];

if (only && !["unit", "e2e", "story", "chaos"].includes(only)) {
  console.error(`--only=${only} names no part: expected unit, e2e, story or chaos`);
  process.exit(2);
}
process.env.NEXT_TELEMETRY_DISABLED = "1";
rmSync("test-results", { recursive: true, force: true });
mkdirSync("test-results", { recursive: true });

// The start-up tests and everything after them run the built server.
if (!isBuilt()) await part("build", build);
if (!only) await part("types, lint, format, architecture", runCheck);
if (wants("unit")) await part("units and integration", runUnits);
if (wants("story")) await part("story", () => runEntry("demo", ["--once"], "story"));
if (wants("e2e")) await part("pages in a browser", runPages);
if (wants("chaos")) await part("chaos", () => runEntry("chaos", only === "chaos" ? rest : ["--kills=4", "--hosts=60"], "chaos"));

for (const [name, taken] of seconds) console.log(`${name}: ${taken.toFixed(0)} s`);
for (const failure of failures) console.log(`failed: ${failure}`);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed === 0 && totals.passed > 0 ? 0 : 1);

async function part(name, run) {
  const started = Date.now();
  console.log(`\n== ${name}`);
  await run();
  seconds.push([name, (Date.now() - started) / 1000]);
}

async function runCheck() {
  const code = await run([join("scripts", "check.mjs")]);
  totals[code === 0 ? "passed" : "failed"] += 1;
  if (code !== 0) failures.push("npm run check");
}

async function runUnits() {
  const file = "test-results/units.json";
  const code = await run([
    join(dirname(require.resolve("vitest/package.json")), "vitest.mjs"),
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${file}`,
    ...(only ? rest : []),
  ]);
  const report = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { numPassedTests: 0, numFailedTests: 0, numFailedTestSuites: 1 };
  totals.passed += report.numPassedTests;
  // A run that failed without a failed test (a file that doesn't load, an error outside tests) counts as one failure.
  totals.failed += Math.max(report.numFailedTests, code === 0 ? 0 : 1);
  const failed = failedUnits(report);
  failures.push(...(failed.length === 0 && code !== 0 ? ["units and integration: an error outside the tests"] : failed));
}

/** A test by its file and name, with the first line of its reason; a file that didn't load by its name. */
function failedUnits({ testResults = [] }) {
  return testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(process.cwd(), name);
    const tests = assertionResults.filter((test) => test.status === "failed");
    if (tests.length === 0) return status === "failed" ? [`${file}: ${firstLine(message)}`] : [];
    return tests.map((test) => `${file} › ${test.fullName}: ${firstLine(test.failureMessages[0])}`);
  });
}

function firstLine(text) {
  return (text ?? "").split("\n", 1)[0];
}

async function build() {
  const result = spawnSync(process.execPath, [join("scripts", "build.mjs")], { stdio: "inherit", env: { ...process.env, BUILD_QUIET: "1" } });
  if (result.status !== 0) {
    totals.failed += 1;
    console.log(`${totals.passed} passed, ${totals.failed} failed`);
    process.exit(1);
  }
}

async function runPages() {
  const code = await run([require.resolve("@playwright/test/cli"), "test", ...(only ? rest : [])], {
    CHROMIUM_PATH: await findChromium(),
    CHROMIUM_ARGS: chromiumArgs.join(" "),
  });
  const file = "test-results/e2e.json";
  const { stats, suites = [] } = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { stats: { expected: 0, unexpected: 1, flaky: 0 } };
  totals.passed += stats.expected;
  totals.failed += Math.max(stats.unexpected + stats.flaky, code === 0 ? 0 : 1);
  const failed = suites.flatMap(failedPages);
  failures.push(...(failed.length === 0 && code !== 0 ? ["pages in a browser: an error outside the tests"] : failed));
}

function failedPages({ specs = [], suites = [] }) {
  const own = specs.filter((spec) => spec.tests.some((test) => test.status === "unexpected" || test.status === "flaky"));
  return [...own.map((spec) => `e2e/${spec.file}:${spec.line} › ${spec.title}`), ...suites.flatMap(failedPages)];
}

/** A program of ours that ends with 0 exactly when every step of it held, and writes `{ passed, failed }` where it is told. */
async function runEntry(name, args, label) {
  await bundle({ [name]: `${name === "demo" ? "lib/simulator/demo/main.ts" : `lib/simulator/${name}/main.ts`}` });
  const counts = `test-results/${label}.json`;
  const code = await run([join("dist", `${name}.mjs`), ...args], { RESULT_FILE: counts });
  const result = existsSync(counts) ? JSON.parse(readFileSync(counts, "utf8")) : { passed: 0, failed: 1 };
  totals.passed += result.passed;
  totals.failed += Math.max(result.failed, code === 0 ? 0 : 1);
  if (result.failed > 0 || code !== 0) failures.push(`${label}: ${result.failed} of its steps`);
}

function run(args, environment = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "inherit", "inherit"], env: { ...process.env, ...environment } });
    child.on("close", (code) => resolve(code ?? 1));
  });
}
