// `npm start`: builds when there is no build of these sources, then serves. `npm run dev`: serves with hot reload.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildServer } from "./build-server.mjs";
import { isBuilt } from "./source-hash.mjs";

const dev = process.argv.includes("--dev");
process.env.NEXT_TELEMETRY_DISABLED = "1";
process.env.NODE_ENV = dev ? "development" : "production";
if (dev) await buildServer();
else if (!isBuilt()) {
  console.log("Building Flotilla, once for this version…");
  const built = spawnSync(process.execPath, [join("scripts", "build.mjs")], { stdio: "inherit" });
  if (built.status !== 0) process.exit(built.status ?? 1);
}
await import(pathToFileURL(join("dist", "server.mjs")).href);
