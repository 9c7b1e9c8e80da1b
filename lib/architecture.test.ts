import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { expect, test } from "vitest";

// The rows of the architecture, top to bottom: a file may import files of its own unit, of rows below, and, inside a row, of units further right.
const rows: string[][] = [
  ["server.ts", "agents-thread.ts", "check-ins-thread.ts", "app", "lib/worker.ts"],
  ["lib/health", "lib/agents", "lib/mdm", "lib/gitops"],
  ["lib/compliance"],
  ["lib/policies", "lib/software", "lib/profiles"],
  ["lib/labels", "lib/hosts", "lib/teams"],
  ["lib/auth", "lib/sso", "lib/retention", "lib/activities"],
  [
    "lib/jobs",
    "lib/threads",
    "lib/http",
    "lib/authorize.ts",
    "lib/permissions.ts",
    "lib/context.ts",
    "lib/db",
    "lib/secret-box.ts",
    "lib/metrics",
    "lib/log.ts",
    "lib/env.ts",
    "lib/errors.ts",
  ],
];
// Units that stand side by side in one row and don't know each other.
const strangers = [
  ["lib/agents", "lib/mdm", "lib/gitops"],
  ["lib/policies", "lib/software", "lib/profiles"],
];
// Stand outside the rows: may import everything, and only each other may import them.
const outside = ["lib/simulator", "lib/testing", "e2e", "bench", "scripts"];
const generated = "lib/generated";

interface Import {
  from: string;
  line: number;
  target: string;
  typeOnly: boolean;
}

const root = process.cwd();
const files = ["app", "lib", "e2e", "bench"].flatMap(listFiles).concat("server.ts", "agents-thread.ts", "check-ins-thread.ts");
const imports = files.flatMap((file) => readImports(file, readFileSync(join(root, file), "utf8")));

test("every import stays inside the rows", () => {
  expect(imports.map(brokenRule).filter(Boolean).join("\n")).toBe("");
});

test("an import upwards, sideways or of a foreign query module is named with its line", () => {
  const broken = (file: string, text: string) => readImports(file, text).map(brokenRule).filter(Boolean);
  expect(broken("lib/hosts/list-hosts.ts", 'import { assessHosts } from "@/lib/compliance/assess-hosts";')).toEqual([
    "lib/hosts/list-hosts.ts:1 imports lib/compliance/assess-hosts, which stands in a row above",
  ]);
  expect(broken("lib/teams/get-team.ts", 'import { x } from "../hosts/get-host";')).toEqual([
    "lib/teams/get-team.ts:1 imports lib/hosts/get-host, which stands left of it in its row",
  ]);
  expect(broken("lib/policies/a.ts", 'import { x } from "@/lib/software/b";')).toEqual([
    "lib/policies/a.ts:1 imports lib/software/b, a neighbour that it may not know",
  ]);
  expect(broken("lib/policies/a.ts", '\nimport { x } from "@/lib/hosts/host-queries";')).toEqual([
    "lib/policies/a.ts:2 imports lib/hosts/host-queries: a query module belongs to its own module",
  ]);
  expect(broken("lib/hosts/a.ts", 'import { PrismaClient } from "@prisma/client";')).toEqual([
    "lib/hosts/a.ts:1 imports @prisma/client outside lib/db and *-queries.ts",
  ]);
  expect(broken("lib/hosts/a.ts", 'import { headers } from "next/headers";')).toEqual(["lib/hosts/a.ts:1 imports next/headers outside app/ and lib/auth"]);
  expect(broken("lib/hosts/a.ts", 'import { x } from "@/lib/simulator/microsoft/state";')).toEqual([
    "lib/hosts/a.ts:1 imports lib/simulator/microsoft/state: the product doesn't know it",
  ]);
  expect(broken("app/page.tsx", 'import { getHost } from "@/lib/hosts/get-host";')).toEqual([]);
});

test("no file is over 500 lines without saying why in its first lines", () => {
  const tooLong = files.filter((file) => {
    const text = readFileSync(join(root, file), "utf8");
    return text.split("\n").length > 501 && !/^\/\/ Long because /m.test(text.split("\n").slice(0, 5).join("\n"));
  });
  expect(tooLong.join("\n")).toBe("");
});

function listFiles(folder: string): string[] {
  const path = join(root, folder);
  if (!statSync(path, { throwIfNoEntry: false })) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith(generated) && file !== "lib/architecture.test.ts");
}

function readImports(file: string, text: string): Import[] {
  const found: Import[] = [];
  const pattern = /(?:^|\n)\s*(?:import|export)\b[^;"'`]*?from\s*["']([^"']+)["']|(?:^|\n)\s*import\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/g;
  for (const match of text.matchAll(pattern)) {
    const specifier = match[1] ?? match[2] ?? match[3];
    if (!specifier) continue;
    const start = (match.index ?? 0) + (match[0].startsWith("\n") ? 1 : 0);
    found.push({
      from: file,
      line: text.slice(0, start).split("\n").length,
      target: resolve(file, specifier),
      typeOnly: /^\s*(import|export) type\b/.test(match[0]),
    });
  }
  return found;
}

function resolve(file: string, specifier: string): string {
  if (specifier.startsWith("@/")) return specifier.slice(2);
  if (specifier.startsWith(".")) return normalize(join(dirname(file), specifier));
  return specifier;
}

function unitOf(path: string): { row: number; place: number; name: string } | undefined {
  for (const [row, units] of rows.entries()) {
    for (const [place, unit] of units.entries()) {
      if (path === unit || path.startsWith(`${unit}/`) || `${path}.ts` === unit || `${path}.tsx` === unit) return { row, place, name: unit };
    }
  }
  return undefined;
}

function brokenRule({ from, line, target, typeOnly }: Import): string | undefined {
  const said = `${from}:${line} imports ${target}`;
  const isTest = /\.test\.tsx?$/.test(from);
  const standsOutside = outside.some((unit) => from.startsWith(`${unit}/`));
  if (standsOutside) return undefined;
  const isLocal = target.startsWith("lib/") || target.startsWith("app/") || target === "server";
  if (!isLocal) {
    if (/^(next(\/|$)|react(\/|-dom|$))/.test(target) && !/^(app\/|lib\/auth\/|server\.ts|next\.config)/.test(from)) return `${said} outside app/ and lib/auth`;
    if (target.startsWith("@prisma/") && !/^lib\/db\/|-queries\.ts$/.test(from)) return `${said} outside lib/db and *-queries.ts`;
    return undefined;
  }
  if (target.startsWith(generated)) return /^lib\/db\/|-queries\.ts$/.test(from) || isTest ? undefined : `${said} outside lib/db and *-queries.ts`;
  // Tests stand beside the code and may reach what they drive.
  if (isTest) return undefined;
  if (outside.some((unit) => target.startsWith(`${unit}/`))) return `${said}: the product doesn't know it`;
  const importer = unitOf(from);
  const imported = unitOf(target);
  // A type says only what a row looks like; the statements themselves stay with the module that owns the tables.
  if (target.endsWith("-queries") && !typeOnly && importer?.name !== imported?.name) return `${said}: a query module belongs to its own module`;
  if (!importer) return `${from} belongs to no row of the architecture`;
  if (!imported) return `${said}, which belongs to no row of the architecture`;
  if (importer.name === imported.name) return undefined;
  if (imported.row < importer.row) return `${said}, which stands in a row above`;
  if (imported.row > importer.row) return undefined;
  if (strangers.some((units) => units.includes(importer.name) && units.includes(imported.name))) return `${said}, a neighbour that it may not know`;
  // A type leaves nothing behind at run time, so inside a row it may be named from the right.
  if (importer.row > 0 && imported.place < importer.place && !typeOnly) return `${said}, which stands left of it in its row`;
  return undefined;
}
