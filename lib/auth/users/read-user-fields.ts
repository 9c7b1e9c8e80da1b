import { InvalidInputError } from "../../errors";
import { Email, NewPassword } from "../password-rules";

// Control characters drive a terminal that shows a name, and marks of direction turn what stands beside it around.
const unprintable = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

/** A name that a directory sent, in the form names are stored in: spaces once, nothing unprintable, at most 255 characters; perhaps empty. */
export function tidyName(given: string): string {
  const words = given.split(new RegExp(`${unprintable.source}|\\s`, "u")).filter(Boolean);
  return words.join(" ").slice(0, 255).trim();
}

/**
 * A person's or program's name as it is stored: spaces once, none at the ends.
 * @throws InvalidInputError `user_invalid`
 */
export function readName(given: string): string {
  const name = given.trim().replace(/\s+/g, " ");
  if (name === "") throw invalid("name", "expected a name, such as Ines Marques");
  if (unprintable.test(name)) throw invalid("name", "may hold no control characters");
  if (name.length > 255) throw invalid("name", "may have at most 255 characters");
  return name;
}

/**
 * A mail address in the form it is stored and compared in.
 * @throws InvalidInputError `user_invalid`
 */
export function readEmail(given: string): string {
  const parsed = Email.safeParse(given);
  if (!parsed.success) throw invalid("email", parsed.error.issues[0]?.message ?? "expected an e-mail address");
  return parsed.data;
}

/**
 * Checks a password that somebody chose; `field` is its name in what was sent.
 * @throws InvalidInputError `user_invalid`
 */
export function readPassword(field: string, given: string): string {
  const parsed = NewPassword.safeParse(given);
  if (!parsed.success) throw invalid(field, parsed.error.issues[0]?.message ?? "expected a password");
  return parsed.data;
}

function invalid(field: string, reason: string): InvalidInputError {
  return new InvalidInputError("user_invalid", "Some values of this user can't be taken.", { fields: [{ field, reason }] });
}
