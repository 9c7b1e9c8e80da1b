import type { UserOrder } from "@/lib/auth/users/list-users";
import { BadRequestError } from "@/lib/errors";
import type { ListParams } from "@/lib/http/list-params";

const columns = { id: "id", name: "name", email: "email", created_at: "createdAt", updated_at: "updatedAt" } as const;

/** What users can be ordered by. */
export const userOrderKeys = Object.keys(columns);

/** The verb's name of an order that the query string named; by name when it named none. */
export function userOrder(orderKey: string | null): UserOrder["orderKey"] {
  return orderKey !== null && orderKey in columns ? columns[orderKey as keyof typeof columns] : "name";
}

/**
 * The cursor of a checked query string, in the kind of its column.
 * @throws BadRequestError `bad_parameter`
 */
export function readAfter({ orderKey, after }: ListParams): UserOrder["after"] {
  if (after === null || after === "") return null;
  if (orderKey === "name" || orderKey === "email") return after;
  const value = orderKey === "id" ? Number(after) : new Date(after);
  const fits = typeof value === "number" ? Number.isSafeInteger(value) && Math.abs(value) <= 2_147_483_647 : !Number.isNaN(value.getTime());
  if (fits) return value;
  throw new BadRequestError("bad_parameter", "A parameter can't be taken.", {
    fields: [{ field: "after", reason: orderKey === "id" ? "expected an id" : "expected a time" }],
  });
}
