/** The rows of a collection answer; an empty list for anything else. */
export function readList(body: unknown): Record<string, unknown>[] {
  const value = typeof body === "object" && body !== null ? (body as { value?: unknown }).value : undefined;
  return Array.isArray(value) ? value.filter((entry): entry is Record<string, unknown> => typeof entry === "object" && entry !== null) : [];
}

/** A named field as text; empty when there is none. */
export function textOf(row: unknown, field: string): string {
  if (typeof row !== "object" || row === null) return "";
  const value = (row as Record<string, unknown>)[field];
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}
