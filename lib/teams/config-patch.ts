import { isDeepStrictEqual } from "node:util";
import { BadRequestError, InvalidInputError } from "../errors";
import { ignoredPaths, secretMask, writablePaths, type ConfigFacts, type ConfigTree } from "./organisation-config";

/**
 * What a partial configuration changes. Absent and null keep; values as they were read, masked secrets and what can't be set anywhere are passed over.
 * @throws BadRequestError `unknown_key`; InvalidInputError `config_not_supported`, for a part that this server can only show
 */
export function readConfigPatch(patch: ConfigTree, current: ConfigTree): Partial<Record<keyof ConfigFacts, unknown>> {
  const changes: Partial<Record<keyof ConfigFacts, unknown>> = {};
  walk(patch, current, "", changes);
  return changes;
}

function walk(patch: ConfigTree, current: ConfigTree, parent: string, changes: Partial<Record<keyof ConfigFacts, unknown>>): void {
  for (const [key, value] of Object.entries(patch)) {
    const path = parent ? `${parent}.${key}` : key;
    if (!Object.hasOwn(current, key))
      throw new BadRequestError("unknown_key", `"${path}" isn't a part of the configuration. Leave it out, or check its spelling.`);
    if (value === null || value === secretMask || ignoredPaths.some((ignored) => ignored.test(path))) continue;
    const target = Object.hasOwn(writablePaths, path) ? writablePaths[path] : undefined;
    if (target) {
      if (!isDeepStrictEqual(value, current[key])) changes[target] = value;
    } else if (isTree(value) && isTree(current[key])) {
      walk(value, current[key], path, changes);
    } else if (!isDeepStrictEqual(value, current[key])) {
      const reason = "This server can't change this yet. Leave it out, or send it back as it was read.";
      throw new InvalidInputError("config_not_supported", `"${path}": ${reason}`, { fields: [{ field: path, reason }] });
    }
  }
}

function isTree(value: unknown): value is ConfigTree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
