import type { Exposed, SourceFile } from "./list-surface";

/** What answers the network without an entry in the access table, and why that is right. */
export type NotForUsers = Readonly<Record<string, string>>;

/**
 * Where what exists and what is written down differ, one sentence each: something without an entry and without a reason, an entry or a reason
 * without anything behind it, something with both.
 */
export function compareSurface(exposed: Exposed[], entries: readonly string[], notForUsers: NotForUsers): string[] {
  const known = new Set(entries);
  const found = new Set<string>();
  const problems: string[] = [];
  for (const { key, path } of exposed) {
    const name = key.replace(/^ANY \* \(\w+\)$/, "ANY *");
    found.add(name);
    const excused = Object.hasOwn(notForUsers, name);
    if (!known.has(name) && !excused) problems.push(`${path}: "${name}" has no entry in the access table. Add one that says who may call it.`);
    if (known.has(name) && excused) problems.push(`${path}: "${name}" has an entry and stands among what isn't for users. Keep one.`);
  }
  for (const name of entries) if (!found.has(name)) problems.push(`The access table's entry "${name}" has nothing behind it. Remove it.`);
  for (const name of Object.keys(notForUsers))
    if (!found.has(name)) problems.push(`"${name}" stands among what isn't for users, and doesn't exist. Remove it.`);
  return problems.toSorted();
}

/** Pages for signed-in users that don't ask who is there before they draw anything. */
export function pagesWithoutDoor(pages: SourceFile[]): string[] {
  return pages
    .filter(({ path }) => path.startsWith("app/(admin)/"))
    .filter(({ text }) => {
      const body = text.slice(text.search(/export default\b/)).replaceAll(/\/\/.*$|\/\*[\s\S]*?\*\//gm, "");
      return !/\bawait requireAdmin\(\)/.test(body) && !/^export default (async )?function \w*\([^)]*\)[^{]*\{\s*(permanentR|r)edirect\(/.test(body);
    })
    .map(({ path }) => path);
}
