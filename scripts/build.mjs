// Builds the pages (next) and the server (esbuild), and remembers from which sources.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { buildServer } from "./build-server.mjs";
import { buildFolder, sourceHash } from "./source-hash.mjs";

const require = createRequire(import.meta.url);
const started = Date.now();
const result = spawnSync(process.execPath, [require.resolve("next/dist/bin/next"), "build"], {
  stdio: process.env.BUILD_QUIET ? ["ignore", "ignore", "inherit"] : "inherit",
  env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
});
if (result.status !== 0) process.exit(result.status ?? 1);
await buildServer();
writeFileSync(`${buildFolder()}/source-hash`, sourceHash());
console.log(`Built in ${((Date.now() - started) / 1000).toFixed(1)} s.`);
