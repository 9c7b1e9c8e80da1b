import { expect, test } from "vitest";
import { GET as login } from "../login/route";
import { signInStatus } from "./sign-in-status";

test.each(["org_disabled", "account_invalid", "account_disabled", "error", "too_many_attempts"])("%s has a sentence and a next step of its own", (status) => {
  const told = signInStatus(status, "K7TQ3NXA");
  expect(told).toMatchObject({ title: expect.stringMatching(/\.$/), next: expect.stringMatching(/\.$/), reference: "K7TQ3NXA" });
});

test("a page without a status says nothing", () => {
  expect(signInStatus(undefined, "K7TQ3NXA")).toBeNull();
  expect(signInStatus("", undefined)).toBeNull();
});

test.each(["<script>alert(1)</script>", "constructor", "Your bank account is blocked, call 0800 1", ["error", "org_disabled"]])(
  "an address can't put words of its own on the page: %s",
  (status) => {
    expect(signInStatus(status, "K7TQ3NXA")?.title).toBe("Signing in didn’t work.");
  },
);

test.each(["", "call 0800 1", "K7TQ3NX", "K7TQ3NXAA", "k7tq3nxa", "K7TQ3NX!", ["K7TQ3NXA"]])("a reference that isn't one of ours isn't shown: %j", (ref) => {
  expect(signInStatus("error", ref)?.reference).toBe("");
});

test("the older address of the page leads here with what the answer said, and nothing else", () => {
  const led = (query: string) => login(new Request(`https://flotilla.example/login${query}`)).headers.get("location");
  expect(led("")).toBe("/sign-in");
  expect(led("?status=account_invalid&ref=K7TQ3NXA&other=1")).toBe("/sign-in?status=account_invalid&ref=K7TQ3NXA");
  expect(led("?next=https://evil.example/")).toBe("/sign-in?next=https%3A%2F%2Fevil.example%2F");
});
