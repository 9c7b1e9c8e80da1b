import { expect, test } from "vitest";
import { z } from "zod";
import { parseQuery } from "./error-envelope";
import { listMeta, listQuery, QueryBoolean, QueryId } from "./list-params";

const HostQuery = listQuery(["id", "name"], { team_id: QueryId.optional(), flag: QueryBoolean.optional() });
const read = (query: Record<string, string>) => parseQuery(HostQuery, query);

test("without parameters there is no limit", () => {
  expect(read({}).list).toEqual({ page: 0, perPage: null, orderKey: null, orderDirection: "asc", after: null, query: "" });
});

test("page without per_page means 20, and the search is trimmed", () => {
  expect(read({ page: "2", query: "  mac  " }).list).toMatchObject({ page: 2, perPage: 20, query: "mac" });
  expect(read({ per_page: "50", order_key: "name", order_direction: "desc", after: "x" }).list).toMatchObject({
    perPage: 50,
    orderKey: "name",
    orderDirection: "desc",
    after: "x",
  });
});

test.each([
  [{ per_page: "0" }, "per_page"],
  [{ per_page: "-1" }, "per_page"],
  [{ per_page: "many" }, "per_page"],
  [{ page: "-1" }, "page"],
  [{ order_key: "password_hash" }, "order_key"],
  [{ order_direction: "desc" }, "order_direction"],
  [{ order_key: "id", order_direction: "up" }, "order_direction"],
  [{ after: "5" }, "after"],
  [{ team_id: "x" }, "team_id"],
  [{ team_id: "99999999999" }, "team_id"],
  [{ flag: "yes" }, "flag"],
])("%j is refused and names %s", (query, name) => {
  expect(() => read(query)).toThrow(
    expect.objectContaining({ status: 400, code: "bad_parameter", fields: expect.arrayContaining([expect.objectContaining({ field: name })]) }) as Error,
  );
});

test.each([
  ["1", true],
  ["true", true],
  ["0", false],
  ["false", false],
])("%s in a query string is %s", (text, value) => {
  expect(parseQuery(z.object({ flag: QueryBoolean }), { flag: text })).toEqual({ flag: value });
});

test("meta says whether there are pages before and after", () => {
  const list = read({ page: "1", per_page: "10" }).list;
  expect(listMeta(list, 25)).toEqual({ has_next_results: true, has_previous_results: true });
  expect(listMeta(list, 20)).toEqual({ has_next_results: false, has_previous_results: true });
  expect(listMeta(read({}).list, 500)).toEqual({ has_next_results: false, has_previous_results: false });
});
