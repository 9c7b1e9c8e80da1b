import { z } from "zod";

/** The paging, ordering and search that every list takes. `perPage` null: no limit. `page` counts from 0. */
export interface ListParams {
  page: number;
  perPage: number | null;
  orderKey: string | null;
  orderDirection: "asc" | "desc";
  after: string | null;
  query: string;
}

/** A whole number above zero in a query string or path. */
export const QueryId = z
  .string()
  .regex(/^\d{1,10}$/, "expected a whole number")
  .transform(Number)
  .refine((id) => id <= 2_147_483_647, "expected a smaller number");

/** 1, true, 0 or false in a query string. */
export const QueryBoolean = z.enum(["1", "true", "0", "false"], { error: "expected 1, true, 0 or false" }).transform((text) => text === "1" || text === "true");

/** Path parameter `id`. */
export const IdParams = z.object({ id: QueryId });

const defaultPerPage = 20;
const maxPerPage = 10_000;

/**
 * The query string of a list: page, per_page, order_key (one of `orderKeys`), order_direction, after, query, and the list's own `filters`.
 * Gives the filters as they are, and the rest as ListParams under `list`.
 */
export function listQuery<Filters extends z.ZodRawShape>(orderKeys: readonly string[], filters: Filters) {
  return z
    .object({
      ...filters,
      page: z
        .string()
        .regex(/^\d{1,7}$/, "expected a page number, 0 for the first")
        .transform(Number)
        .optional(),
      per_page: z
        .string()
        .regex(/^[1-9]\d{0,6}$/, "expected a number above zero")
        .transform(Number)
        .optional(),
      order_key: z.enum(orderKeys as [string, ...string[]], { error: `expected one of ${orderKeys.join(", ")}` }).optional(),
      order_direction: z.enum(["asc", "desc"], { error: "expected asc or desc" }).optional(),
      after: z.string().max(500).optional(),
      query: z.string().max(500).optional(),
    })
    .superRefine((given, check) => {
      const { order_key, order_direction, after } = given as Given;
      if (order_direction && !order_key) check.addIssue({ code: "custom", path: ["order_direction"], message: "needs order_key" });
      if (after && !order_key) check.addIssue({ code: "custom", path: ["after"], message: "needs order_key" });
    })
    .transform((given) => {
      const { page, per_page, order_key, order_direction, after, query } = given as Given;
      const list: ListParams = {
        page: page ?? 0,
        perPage: per_page ? Math.min(per_page, maxPerPage) : page === undefined ? null : defaultPerPage,
        orderKey: order_key ?? null,
        orderDirection: order_direction ?? "asc",
        after: after ?? null,
        query: (query ?? "").trim(),
      };
      return { ...given, list };
    });
}

interface Given {
  page?: number;
  per_page?: number;
  order_key?: string;
  order_direction?: "asc" | "desc";
  after?: string;
  query?: string;
}

/** The `meta` of a list's answer. */
export function listMeta(list: ListParams, count: number): { has_next_results: boolean; has_previous_results: boolean } {
  return { has_next_results: list.perPage !== null && (list.page + 1) * list.perPage < count, has_previous_results: list.perPage !== null && list.page > 0 };
}

/** The `meta` of a list that goes on by cursor: `next_cursor`, given as `after` with the same filters and order, is the next page; null on the last. */
export function pageMeta(
  list: ListParams,
  nextCursor: string | null,
): { has_next_results: boolean; has_previous_results: boolean; next_cursor: string | null } {
  return {
    has_next_results: nextCursor !== null,
    has_previous_results: list.perPage !== null && (list.page > 0 || list.after !== null),
    next_cursor: nextCursor,
  };
}
