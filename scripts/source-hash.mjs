import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const sources = [
  "app",
  "lib",
  "public",
  "prisma/schema.prisma",
  "server.ts",
  "agents-thread.ts",
  "check-ins-thread.ts",
  "next.config.ts",
  "package-lock.json",
  "postcss.config.mjs",
  "tsconfig.json",
];

/** Where the page build lies. */
export function buildFolder() {
  return process.env.NEXT_DIST_DIR ?? ".next";
}

/** One hash over everything that a build is made from. */
export function sourceHash() {
  const hash = createHash("sha256");
  const add = (path) => {
    if (!existsSync(path) || /(\.test\.tsx?|lib\/generated)$/.test(path)) return;
    if (statSync(path).isDirectory()) for (const name of readdirSync(path).sort()) add(join(path, name));
    else hash.update(path).update(readFileSync(path));
  };
  sources.forEach(add);
  return hash.digest("hex");
}

/** Whether the build on disk was made from these sources. */
export function isBuilt() {
  const stamp = join(buildFolder(), "source-hash");
  const made = [stamp, "dist/server.mjs", "dist/agents-thread.mjs", "dist/check-ins-thread.mjs"];
  return made.every((file) => existsSync(file)) && readFileSync(stamp, "utf8") === sourceHash();
}
