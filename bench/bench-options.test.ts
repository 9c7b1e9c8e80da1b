import { expect, test } from "vitest";
import { readBenchCommand } from "./bench-options";

const known = ["rates", "hold", "knee"];

test("without names all scenarios run, in their order", () => {
  expect(readBenchCommand([], known).names).toEqual(known);
});

test("--quick alone is the first scenario, and doesn't change what is named", () => {
  expect(readBenchCommand(["--quick"], known).names).toEqual(["rates"]);
  expect(readBenchCommand(["--quick", "knee"], known).names).toEqual(["knee"]);
});

test("--instances alone compares instances", () => {
  expect(readBenchCommand(["--instances", "3"], [...known, "instances"])).toMatchObject({ names: ["instances"], options: { instances: 3 } });
  expect(readBenchCommand(["--instances", "3", "hold"], [...known, "instances"]).names).toEqual(["hold"]);
});

test("names run in the order given, with every number read", () => {
  expect(readBenchCommand(["knee", "hold", "--hosts", "5000", "--minutes", "0.5", "--rounds", "2", "--seconds", "3", "--instances", "2"], known)).toEqual({
    names: ["knee", "hold"],
    options: { hosts: 5000, minutes: 0.5, rounds: 2, seconds: 3, instances: 2, quick: false },
  });
});

test.each([
  [["holds"], 'There is no scenario "holds"'],
  [["--hosts", "many"], '--hosts is "many"; give a number above 0'],
  [["--hosts", "0"], '--hosts is "0"; give a number above 0'],
  [["--hosts", "1.5"], '--hosts is "1.5"; give a whole number'],
  [["--minutes", ""], '--minutes is ""; give a number above 0'],
])("%j is refused with what would be right", (args, message) => {
  expect(() => readBenchCommand(args, known)).toThrow(message);
});
