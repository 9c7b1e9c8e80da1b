// `npm run check`: types, lint, format and architecture, side by side; every failure is shown, not only the first.
import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const require = createRequire(import.meta.url);
const bin = (name, file) => join(dirname(require.resolve(`${name}/package.json`)), file);
// Next writes this file at its first build; the type check needs it before.
if (!existsSync("next-env.d.ts")) writeFileSync("next-env.d.ts", '/// <reference types="next" />\n/// <reference types="next/image-types/global" />\n');

const checks = [
  ["types", [bin("typescript", "bin/tsc"), "--noEmit"]],
  ["lint", [bin("oxlint", "bin/oxlint"), "--quiet", "."]],
  ["format", [bin("prettier", "bin/prettier.cjs"), "--check", "--cache", "--log-level", "warn", "."]],
  ["architecture", [join("node_modules", "vitest", "vitest.mjs"), "run", "--config", "vitest.architecture.config.ts"]],
];

const results = await Promise.all(
  checks.map(
    ([name, args]) =>
      new Promise((resolve) => {
        const started = Date.now();
        const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, FORCE_COLOR: "0" } });
        let output = "";
        child.stdout.on("data", (chunk) => (output += chunk));
        child.stderr.on("data", (chunk) => (output += chunk));
        child.on("close", (code) => resolve({ name, code, output, seconds: (Date.now() - started) / 1000 }));
      }),
  ),
);
for (const { name, code, output, seconds } of results) {
  console.log(`${code === 0 ? "ok  " : "FAIL"} ${name} (${seconds.toFixed(1)} s)`);
  if (code !== 0) console.log(output);
}
process.exit(results.every(({ code }) => code === 0) ? 0 : 1);
