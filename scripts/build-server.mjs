// Bundles a TypeScript entry for Node; packages stay outside. "server-only" guards client bundles and means nothing here.
import { build } from "esbuild";

/** @param {Record<string, string>} entries output name (without ending) → entry file */
export async function bundle(entries) {
  await build({
    entryPoints: entries,
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    outdir: "dist",
    outExtension: { ".js": ".mjs" },
    sourcemap: "linked",
    logLevel: "warning",
    alias: { "server-only": "./lib/testing/empty-module.ts", "@": "." },
  });
}

/** The server as `npm start` runs it: the main thread, and the threads that it starts. */
export async function buildServer() {
  await bundle({ server: "server.ts", "agents-thread": "agents-thread.ts", "check-ins-thread": "check-ins-thread.ts" });
}
