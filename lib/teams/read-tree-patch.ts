import { isDeepStrictEqual } from "node:util";
import { BadRequestError, InvalidInputError } from "../errors";

/** A tree of plain values, as JSON gives it. */
export type PlainTree = { [key: string]: unknown };

/** What a partial tree may change: paths with the name each is kept under, and patterns of paths that are passed over. */
export interface TreeRules<Name extends string> {
  writable: Readonly<Record<string, Name>>;
  ignored?: readonly RegExp[];
  /** What stands in place of a stored secret; written back it means "unchanged". */
  mask?: string;
}

/**
 * What a partial tree changes in the current one. Absent and null keep; values as they were read are passed over.
 * @throws BadRequestError `unknown_key`; InvalidInputError `not_supported`, for a part that this server can only show
 */
export function readTreePatch<Name extends string>(patch: PlainTree, current: PlainTree, rules: TreeRules<Name>): Partial<Record<Name, unknown>> {
  const changes: Partial<Record<Name, unknown>> = {};
  walk(patch, current, "", rules, changes);
  return changes;
}

function walk<Name extends string>(
  patch: PlainTree,
  current: PlainTree,
  parent: string,
  rules: TreeRules<Name>,
  changes: Partial<Record<Name, unknown>>,
): void {
  for (const [key, value] of Object.entries(patch)) {
    const path = parent ? `${parent}.${key}` : key;
    if (!Object.hasOwn(current, key)) throw new BadRequestError("unknown_key", `"${path}" isn't known here. Leave it out, or check its spelling.`);
    if (value === null || (rules.mask !== undefined && value === rules.mask) || rules.ignored?.some((ignored) => ignored.test(path))) continue;
    const target = Object.hasOwn(rules.writable, path) ? rules.writable[path] : undefined;
    if (target !== undefined) {
      if (!isDeepStrictEqual(value, current[key])) changes[target] = value;
    } else if (isTree(value) && isTree(current[key])) {
      walk(value, current[key], path, rules, changes);
    } else if (!isDeepStrictEqual(value, current[key])) {
      const reason = "This server can't change this yet. Leave it out, or send it back as it was read.";
      throw new InvalidInputError("not_supported", `"${path}": ${reason}`, { fields: [{ field: path, reason }] });
    }
  }
}

function isTree(value: unknown): value is PlainTree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
