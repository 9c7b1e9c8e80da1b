import { BadRequestError } from "../errors";

/**
 * Refuses text with a NUL character anywhere in a request's values: JSON can carry it, PostgreSQL's text can't.
 * @throws BadRequestError `nul_character`
 */
export function refuseNul<Value>(value: Value): Value {
  if (holdsNul(value)) throw new BadRequestError("nul_character", "The request has a NUL character in it. Take it out.");
  return value;
}

function holdsNul(value: unknown): boolean {
  if (typeof value === "string") return value.includes("\u0000");
  if (Array.isArray(value)) return value.some(holdsNul);
  if (typeof value !== "object" || value === null) return false;
  return Object.entries(value).some(([key, child]) => key.includes("\u0000") || holdsNul(child));
}
