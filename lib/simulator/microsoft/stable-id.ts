import { createHash } from "node:crypto";

/** A UUID that is always the same for the same words, so that seeds and tests agree without talking to each other. */
export function stableId(...words: string[]): string {
  const hex = createHash("sha256").update(words.join("\u0000")).digest("hex");
  const variant = ((parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}
