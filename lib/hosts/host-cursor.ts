import { BadRequestError } from "@/lib/errors";
import { readCursor } from "@/lib/http/list-cursor";
import type { Bind, HostOrder, Part } from "./host-filter-sql";
import type { HostOrderKey } from "./host-filter";

/** Where a list of hosts goes on: behind one host, or behind every host with this value of the order key. */
export type HostCursor = { value: string | null; name: string; id: number } | { value: string };

// What a value has to look like before the database sees it.
const shapes: Record<HostOrder["type"], { pattern: RegExp; expected: string }> = {
  int: { pattern: /^-?\d{1,9}$/, expected: "a whole number" },
  bigint: { pattern: /^-?\d{1,18}$/, expected: "a whole number" },
  float8: { pattern: /^-?\d{1,15}(\.\d{1,15})?$/, expected: "a number" },
  text: { pattern: /^/, expected: "a text" },
  timestamptz: { pattern: /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d(:?\d\d)?)?)?$/, expected: "a time such as 2026-03-02T09:00:00Z" },
  boolean: { pattern: /^(true|false)$/, expected: "true or false" },
};

/**
 * What `after` means in a list by this key: a cursor of an earlier page, or the key's value in the last row as the API shows it.
 * @throws BadRequestError `bad_cursor`
 */
export function readHostCursor(orderKey: HostOrderKey, direction: string, after: string, type: HostOrder["type"]): HostCursor {
  const cursor = readCursor(`${orderKey} ${direction}`, after);
  if (cursor) {
    const [value, name, id] = cursor;
    if (typeof name === "string" && typeof id === "number" && (value === null || shapes[type].pattern.test(value))) return { value, name, id };
  }
  const value = shownValue(orderKey, after);
  const { pattern, expected } = shapes[type];
  if (cursor || !pattern.test(value)) {
    throw new BadRequestError("bad_cursor", `after: expected ${expected}, or next_cursor of an earlier page. Begin again without it.`, {
      fields: [{ field: "after", reason: `expected ${expected}, or next_cursor of an earlier page` }],
    });
  }
  return { value };
}

// Where lists keep another form of a value than they show.
function shownValue(orderKey: HostOrderKey, after: string): string {
  const words = ["held", "unsure", "loose", "in"];
  if (orderKey === "access" && words.includes(after)) return String(words.indexOf(after));
  return orderKey === "display_name" || orderKey === "team_name" ? after.toLowerCase() : after;
}

/** SQL: a host stands behind the cursor, where equal values stand by name and id and hosts without a value come last. */
export function behind(cursor: HostCursor, order: HostOrder, direction: "asc" | "desc", bind: Bind): Part {
  const beyond = direction === "asc" ? ">" : "<";
  const later = order.nullable ? `${order.text} is null or ` : "";
  if (!("id" in cursor)) return { text: `${later}${order.text} ${beyond} ${bind(cursor.value)}::${order.type}`, needs: order.needs };
  const { name, id } = cursor;
  const tie = () => `(p.name, p.host_id) > (${bind(name)}::text, ${bind(id)}::int)`;
  if (cursor.value === null) return { text: `${order.text} is null and ${tie()}`, needs: order.needs };
  const value = `${bind(cursor.value)}::${order.type}`;
  // One comparison of whole rows where an index can answer it.
  if (direction === "asc" && !order.nullable) {
    return { text: `(${order.text}, p.name, p.host_id) > (${value}, ${bind(name)}::text, ${bind(id)}::int)`, needs: order.needs };
  }
  return { text: `${later}${order.text} ${beyond} ${value} or (${order.text} = ${value} and ${tie()})`, needs: order.needs };
}
