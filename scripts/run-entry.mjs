// Builds what is missing, bundles one TypeScript program of lib/simulator or bench, and becomes it.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { bundle } from "./build-server.mjs";
import { isBuilt } from "./source-hash.mjs";

/** @param {string} name output name  @param {string} entry its TypeScript file */
export async function runEntry(name, entry) {
  process.env.NEXT_TELEMETRY_DISABLED = "1";
  if (!isBuilt()) {
    console.log("Building Flotilla, once for this version…");
    const built = spawnSync(process.execPath, [join("scripts", "build.mjs")], { stdio: "inherit", env: { ...process.env, BUILD_QUIET: "1" } });
    if (built.status !== 0) process.exit(built.status ?? 1);
  }
  await bundle({ [name]: entry });
  await import(pathToFileURL(join("dist", `${name}.mjs`)).href);
}
