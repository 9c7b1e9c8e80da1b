import { InvalidInputError } from "../errors";
import type { PolicyFields, PolicyLabelNames } from "./policy";
import { labelScopes, policyPlatforms, type LabelScope } from "./policy-scope";

const maxNameLength = 255;
const maxQueryLength = 65_535;
const maxTextLength = 16_384;

/**
 * The fields as they are stored: trimmed, bounded, platforms in a fixed order.
 * @throws InvalidInputError `policy_invalid`, with the field
 */
export function readPolicyFields<Fields extends Partial<PolicyFields>>(fields: Fields): Fields {
  const read = { ...fields };
  if (read.name !== undefined) {
    read.name = read.name.trim();
    if (read.name === "") throw invalid("name", "Give the policy a name.");
    bounded("name", read.name, maxNameLength);
  }
  if (read.query !== undefined) {
    read.query = read.query.trim();
    if (read.query === "") throw invalid("query", "Write the query that decides: a host passes when it returns a row.");
    bounded("query", read.query, maxQueryLength);
  }
  for (const key of ["description", "resolution"] as const) {
    if (read[key] !== undefined) {
      read[key] = read[key].trim();
      bounded(key, read[key], maxTextLength);
    }
  }
  if (read.platform !== undefined) read.platform = readPlatform(read.platform);
  return read;
}

function readPlatform(platform: string): string {
  const asked = new Set(
    platform
      .split(",")
      .map((part) => part.trim().toLowerCase())
      .filter(Boolean),
  );
  for (const part of asked) {
    if (!(policyPlatforms as readonly string[]).includes(part)) {
      throw invalid(
        "platform",
        `"${part}" isn't a platform of policies. Use darwin, windows, linux or chrome, with commas between, or leave it empty for all.`,
      );
    }
  }
  return policyPlatforms.filter((part) => asked.has(part)).join(",");
}

/**
 * Names each label once under its scope. One include set and one exclude set at most; no name twice.
 * @throws InvalidInputError `policy_invalid`, with the field `labels_<scope>`
 */
export function readPolicyLabelNames(names: PolicyLabelNames): { scope: LabelScope; name: string }[] {
  const used = labelScopes.filter((scope) => (names[scope]?.length ?? 0) > 0);
  for (const kind of ["include", "exclude"]) {
    const sets = used.filter((scope) => scope.startsWith(kind));
    if (sets.length > 1) throw invalid(`labels_${sets[1]}`, `Use either labels_${sets[0]} or labels_${sets[1]}, not both.`);
  }
  const seen = new Set<string>();
  return used.flatMap((scope) =>
    (names[scope] ?? []).map((name) => {
      if (seen.has(name)) throw invalid(`labels_${scope}`, `The label "${name}" is named twice.`);
      seen.add(name);
      return { scope, name };
    }),
  );
}

function bounded(field: string, value: string, max: number): void {
  if (value.length > max) throw invalid(field, `At most ${max} characters fit here.`);
  if (value.includes("\u0000")) throw invalid(field, "This text has a NUL character in it. Take it out.");
}

function invalid(field: string, reason: string): InvalidInputError {
  return new InvalidInputError("policy_invalid", reason, { fields: [{ field, reason }] });
}
