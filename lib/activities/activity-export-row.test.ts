import fc from "fast-check";
import { expect, test } from "vitest";
import type { Activity } from "./activity";
import { activityCsvHeader, activityCsvLine, activityJsonLine, csvCell } from "./activity-export-row";

const some: Activity = {
  id: 12,
  createdAt: new Date("2026-03-02T09:00:00Z"),
  actorKind: "user",
  actorId: 2,
  actorName: '=HYPERLINK("https://evil.example","Ines")',
  actorEmail: "ines@aldergate.example",
  actorApiOnly: false,
  address: "203.0.113.9",
  type: "user_logged_in",
  teamId: null,
  teamName: null,
  hostId: null,
  hostName: null,
  policyName: null,
  details: { public_ip: "203.0.113.9", note: 'a "quoted", word' },
};

test.each([
  ["=1+1", `"'=1+1"`],
  ["+1", `"'+1"`],
  ["-2+3", `"'-2+3"`],
  ["@SUM(A1)", `"'@SUM(A1)"`],
  ["\t=1", `"'\t=1"`],
  [" =1", `"' =1"`],
  ["\r=1", `"'\r=1"`],
  ["＝1", `"'＝1"`],
  ["plain", "plain"],
  ["a,b", '"a,b"'],
  ['say "x"', '"say ""x"""'],
  ["two\nlines", '"two\nlines"'],
  ["ines@aldergate.example", "ines@aldergate.example"],
  ["", ""],
])("the cell %j is written as %j", (value, cell) => {
  expect(csvCell(value)).toBe(cell);
});

test("whatever a cell holds, it is one cell again and never begins like a formula", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 40 }), (value) => {
      const [read] = readLine(`${csvCell(value)},end`);
      expect(read === value || read === `'${value}`).toBe(true);
      expect(read).not.toMatch(/^\s*[=+\-@\t\r]/);
    }),
  );
});

test("a line of CSV has a cell for every column, and a line of JSON the same facts", () => {
  const cells = readLine(activityCsvLine(some).trimEnd());
  expect(cells).toHaveLength(activityCsvHeader.trimEnd().split(",").length);
  expect(cells[4]).toBe(`'=HYPERLINK("https://evil.example","Ines")`);
  expect(JSON.parse(activityJsonLine(some))).toEqual({
    id: 12,
    created_at: "2026-03-02T09:00:00.000Z",
    actor_kind: "user",
    actor_id: 2,
    actor_name: some.actorName,
    actor_email: "ines@aldergate.example",
    address: "203.0.113.9",
    type: "user_logged_in",
    team_id: null,
    host_id: null,
    sentence: "signed in",
    details: some.details,
  });
});

// A reader of RFC 4180, as a spreadsheet is one.
function readLine(line: string): string[] {
  const cells: string[] = [];
  let rest = line;
  for (;;) {
    const quoted = /^"((?:[^"]|"")*)"(,|$)/.exec(rest);
    const bare = quoted ? null : /^([^,"]*)(,|$)/.exec(rest);
    const found = quoted ?? bare;
    if (!found) throw new Error(`Not a line of CSV: ${rest}`);
    cells.push(quoted ? (quoted[1] as string).replaceAll('""', '"') : (found[1] as string));
    if (found[2] === "") return cells;
    rest = rest.slice(found[0].length);
  }
}
