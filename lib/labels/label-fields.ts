import { InvalidInputError } from "../errors";

const maxNameLength = 255;
const maxTextLength = 16_384;
const platforms = new Set(["", "darwin", "windows", "linux", "ubuntu", "centos", "rhel", "fedora", "debian", "chrome"]);

/** @throws InvalidInputError `label_invalid`, field `name` */
export function readLabelName(name: string): string {
  const trimmed = name.trim();
  if (trimmed === "") throw invalidLabel("name", "Give the label a name.");
  return bounded("name", trimmed, maxNameLength);
}

/** @throws InvalidInputError `label_invalid`, with the field */
export function readLabelText(field: "description" | "query", text: string): string {
  return bounded(field, text.trim(), maxTextLength);
}

/** @throws InvalidInputError `label_invalid`, field `platform` */
export function readLabelPlatform(platform: string): string {
  const read = platform.trim().toLowerCase();
  if (!platforms.has(read))
    throw invalidLabel(
      "platform",
      `"${read}" isn't a platform of labels. Use darwin, windows, linux, ubuntu, centos, rhel, fedora, debian or chrome, or leave it empty for all.`,
    );
  return read;
}

/** What a bad field of a label is told as. */
export function invalidLabel(field: string, reason: string): InvalidInputError {
  return new InvalidInputError("label_invalid", reason, { fields: [{ field, reason }] });
}

function bounded(field: string, value: string, max: number): string {
  if (value.length > max) throw invalidLabel(field, `At most ${max} characters fit here.`);
  if (value.includes("\u0000")) throw invalidLabel(field, "This text has a NUL character in it. Take it out.");
  return value;
}
