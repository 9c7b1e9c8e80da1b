import { BadRequestError } from "../errors";

/** Where a list goes on: the last row's value in the list's order, and what tells it from rows with the same value. */
export type Cursor = readonly [value: string | null, ...rest: (string | number)[]];

const mark = "next:";

/** A cursor as clients carry it from `next_cursor` to `after`; `order` is the list's, such as `display_name asc`. */
export function writeCursor(order: string, cursor: Cursor): string {
  return mark + Buffer.from(JSON.stringify([order, ...cursor])).toString("base64url");
}

/**
 * What `after` means: a cursor of ours, or, for null, a value of the order key as clients know it.
 * @throws BadRequestError `bad_cursor` when it was cut, or comes from a list in another order
 */
export function readCursor(order: string, after: string): Cursor | null {
  if (!after.startsWith(mark)) return null;
  const [given, ...cursor] = parse(after.slice(mark.length));
  if (given === order && cursor.length > 0 && cursor.every((part) => part === null || ["string", "number"].includes(typeof part))) {
    return cursor as unknown as Cursor;
  }
  throw new BadRequestError("bad_cursor", `after: expected next_cursor of a page in the order ${order}. Begin again without it.`, {
    fields: [{ field: "after", reason: `expected next_cursor of a page in the order ${order}` }],
  });
}

function parse(text: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
    return Array.isArray(parsed) ? parsed : [];
  } catch (cause) {
    if (cause instanceof SyntaxError) return [];
    throw cause;
  }
}
