// Writes the next migration: the SQL from the schema of a git revision (default HEAD; "empty" for the first) to prisma/schema.prisma.
// Usage: node scripts/create-migration.mjs NAME [REVISION]. Read the file and add by hand what the schema can't say.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import { bindMigrationAwareSqlAdapterFactory } from "@prisma/driver-adapter-utils";
import * as esbuild from "esbuild";

const [name, revision = "HEAD"] = process.argv.slice(2);
if (!/^[a-z0-9_]+$/.test(name ?? "")) {
  console.error("Usage: node scripts/create-migration.mjs name_in_snake_case [git revision | empty]");
  process.exit(1);
}
const require = createRequire(import.meta.url);
const engineFolder = join(dirname(require.resolve("prisma/package.json")), "..", "@prisma", "schema-engine-wasm");
const glue = await import(join(engineFolder, "schema_engine_bg.js"));
const instance = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(join(engineFolder, "schema_engine_bg.wasm"))), {
  "./schema_engine_bg.js": glue,
});
glue.__wbg_set_wasm(instance.exports);
instance.exports.__wbindgen_start();

const scratch = mkdtempSync(join(tmpdir(), "flotilla-migration-"));
await esbuild.build({
  entryPoints: ["lib/db/embedded-postgres.ts"],
  bundle: true,
  packages: "external",
  platform: "node",
  format: "esm",
  outfile: "node_modules/.cache/embedded-postgres.mjs",
});
const { startEmbeddedPostgres } = await import(join(process.cwd(), "node_modules/.cache/embedded-postgres.mjs"));
const postgres = await startEmbeddedPostgres(scratch);
try {
  const after = readFileSync("prisma/schema.prisma", "utf8");
  const before = revision === "empty" ? undefined : execFileSync("git", ["show", `${revision}:prisma/schema.prisma`], { encoding: "utf8" });
  const engine = await glue.SchemaEngine.new(
    { datamodels: [["schema.prisma", after]] },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(new PrismaPg({ connectionString: postgres.url })),
  );
  const files = (content) => ({ tag: "schemaDatamodel", files: [{ path: "schema.prisma", content }] });
  const { stdout } = await engine.diff({
    from: before === undefined ? { tag: "empty" } : files(before),
    to: files(after),
    script: true,
    exitCode: null,
    filters: { externalTables: [], externalEnums: [] },
    shadowDatabaseUrl: null,
  });
  const stamp = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
  const folder = join("prisma", "migrations", `${stamp}_${name}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "migration.sql"), stdout ?? "");
  console.log(`${folder}/migration.sql, ${(stdout ?? "").split("\n").length} lines`);
} finally {
  await postgres.stop();
  rmSync(scratch, { recursive: true, force: true });
}
process.exit(0);
