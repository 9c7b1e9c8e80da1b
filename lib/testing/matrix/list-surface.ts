import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";

/** A file of the app, its path from the project's root and what it says. */
export interface SourceFile {
  path: string;
  text: string;
}

/** Something of the app that answers the network: a method of a route, or a server action. */
export interface Exposed {
  /** As the access table writes it, or, for what doesn't stand under the REST API, the method and the path. */
  key: string;
  path: string;
  exportName: string;
}

const restRoot = "app/api/v1/fleet/";
const methods = "GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS";

/** Every source file below `app`. */
export function readApp(root = process.cwd()): SourceFile[] {
  return readdirSync(join(root, "app"), { recursive: true, withFileTypes: true })
    .filter((found) => found.isFile() && /\.tsx?$/.test(found.name) && !/\.test\.tsx?$/.test(found.name))
    .map((found) => relative(root, join(found.parentPath, found.name)))
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

/** Every exported method of every route file. */
export function listRoutes(files: SourceFile[]): Exposed[] {
  return files
    .filter(({ path }) => /\/route\.tsx?$/.test(path))
    .flatMap(({ path, text }) =>
      exportsOf(text).flatMap((exportName) => (new RegExp(`^(${methods})$`).test(exportName) ? [{ key: routeKey(path, exportName), path, exportName }] : [])),
    );
}

/** Every exported function of every file of server actions, and every action written inside another function, which can have no entry. */
export function listActions(files: SourceFile[]): Exposed[] {
  return files.flatMap(({ path, text }) => {
    const isActionFile = /^\s*["']use server["']/.test(text.replace(/^(\s*\/\/.*\n|\s*\/\*[\s\S]*?\*\/)*/, ""));
    if (isActionFile) return exportsOf(text).map((exportName) => ({ key: `${folderOf(path)}.${exportName}`, path, exportName }));
    return /^\s+["']use server["']/m.test(text) ? [{ key: `${path} (an action inside a function)`, path, exportName: "" }] : [];
  });
}

/** Every page file. */
export function listPages(files: SourceFile[]): SourceFile[] {
  return files.filter(({ path }) => path.endsWith("/page.tsx"));
}

// A value that is exported in any of the language's ways; types vanish and are left out.
function exportsOf(text: string): string[] {
  const declared = [...text.matchAll(/^export\s+(?:async\s+)?(?:function\*?|const|let|var|class)\s+(\w+)/gm)].map(([, name]) => name as string);
  const destructured = [...text.matchAll(/^export\s+(?:const|let|var)\s*\{([^}]*)\}/gm)].flatMap(([, names]) =>
    (names as string).split(",").map((name) => (name.split(":").at(-1) ?? "").trim()),
  );
  const listed = [...text.matchAll(/^export\s*\{([^}]*)\}/gm)].flatMap(([, names]) =>
    (names as string)
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name && !name.startsWith("type "))
      .map((name) => name.split(/\s+as\s+/).at(-1) as string),
  );
  const standard = /^export\s+default\b/m.test(text) ? ["default"] : [];
  const everything = [...text.matchAll(/^export\s*\*\s*(?:as\s+(\w+)\s*)?from/gm)].map(([, name]) => name ?? "*");
  return [...new Set([...declared, ...destructured, ...listed, ...standard, ...everything])].filter(Boolean);
}

function routeKey(path: string, method: string): string {
  const place = dirname(path);
  if (!`${place}/`.startsWith(restRoot)) return `${method} /${parametersOf(place.slice("app/".length))}`;
  const rest = parametersOf(place.slice(restRoot.length));
  return rest === "*" ? `ANY * (${method})` : `${method} ${rest}`;
}

function parametersOf(place: string): string {
  return place
    .split("/")
    .filter((part) => !/^\(.*\)$/.test(part))
    .map((part) => part.replace(/^\[{1,2}\.\.\.(\w+)\]{1,2}$/, "*").replace(/^\[(\w+)\]$/, ":$1"))
    .join("/");
}

// The folder that names actions: the one they lie in, or above it when that one only stands for a value in the address or holds parts.
function folderOf(path: string): string {
  let folder = dirname(path);
  while (/^(\[.*\]|_.*)$/.test(basename(folder))) folder = dirname(folder);
  return basename(folder);
}
