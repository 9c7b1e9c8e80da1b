import { expect, test } from "vitest";
import { ConflictError, InvalidInputError } from "../errors";
import { failedState, plainForm } from "./admin-action";
import { PublicAddress, publicAddressProblem } from "./public-address";

test("form data becomes an object: repeated names and name[] are lists, React's own fields and files are left out", () => {
  const form = new FormData();
  form.append("name", "a");
  form.append("policy", "1");
  form.append("policy", "2");
  form.append("label[]", "7");
  form.append("$ACTION_ID_x", "");
  form.append("file", new Blob(["x"]));
  expect(plainForm(form)).toEqual({ name: "a", policy: ["1", "2"], label: ["7"], file: "" });
  expect(plainForm({ already: "plain" })).toEqual({ already: "plain" });
});

test("an error of ours becomes a form state with its fields, a bug tells nothing of its inside", () => {
  expect(failedState(new ConflictError("team_name_taken", "A team has this name."))).toEqual({
    ok: false,
    code: "team_name_taken",
    message: "A team has this name.",
    fields: {},
  });
  const invalid = new InvalidInputError("invalid", "No.", { fields: [{ field: "name", reason: "needs a name" }] });
  expect(failedState(invalid).fields).toEqual({ name: "needs a name" });
  expect(JSON.stringify(failedState(new Error("secret of the inside")))).not.toContain("secret");
});

test.each([
  ["https://flotilla.example.com/", "https://flotilla.example.com", null],
  ["http://flotilla.example.com", "http://flotilla.example.com", "isn't https"],
  ["https://localhost:8443", "https://localhost:8443", "only works on this computer"],
  ["http://127.0.0.1:3000", "http://127.0.0.1:3000", "only works on this computer"],
])("the public address %s is taken as %s", (given, taken, problem) => {
  expect(PublicAddress.parse(given)).toBe(taken);
  if (problem) expect(publicAddressProblem(taken)).toContain(problem);
  else expect(publicAddressProblem(taken)).toBeNull();
});

test.each(["flotilla.example.com", "ftp://x.test", "https://u:p@x.test", "https://x.test/path", "https://x.test/?a=1", ""])(
  "%s is no public address",
  (given) => {
    expect(PublicAddress.safeParse(given).success).toBe(false);
  },
);
