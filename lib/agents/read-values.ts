/** A row as osquery prints it: every column is text, if the agent is honest. */
export type AgentRow = Record<string, unknown>;

// NUL and halves of surrogate pairs: PostgreSQL refuses both.
const unstorable = /\0|\p{Surrogate}/u;

/** A column or member as text that PostgreSQL can hold: no NUL, no more than `maxLength` characters; anything but text or a number is empty. */
export function readText(value: unknown, maxLength = 255): string {
  const text = typeof value === "string" ? value : typeof value === "number" || typeof value === "boolean" ? String(value) : "";
  const bounded = text.length > maxLength ? text.slice(0, maxLength) : text;
  return (unstorable.test(bounded) ? bounded.replaceAll("\0", "").replace(/\p{Surrogate}/gu, "\uFFFD") : bounded).trim();
}

/** A whole number within bounds; `fallback` for what isn't one. */
export function readInteger(value: unknown, fallback = 0, max = 2_147_483_647): number {
  const text = readText(value, 32);
  if (text === "") return fallback;
  const number = Math.trunc(Number(text));
  return Number.isFinite(number) && number >= 0 ? Math.min(number, max) : fallback;
}

/** A number that isn't negative, or null. */
export function readQuantity(value: unknown): number | null {
  const text = readText(value, 32);
  const number = Number(text);
  return text !== "" && Number.isFinite(number) && number >= 0 && number < 1e12 ? number : null;
}

/** The object behind a member, or an empty one. */
export function readObject(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
