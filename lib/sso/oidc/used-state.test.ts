import { expect, test } from "vitest";
import { getPrisma } from "../../db/prisma";
import { useStateOnce } from "./used-state-queries";

const issuer = "https://login.example/tenant/v2.0";
const at = (minute: number) => new Date(Date.UTC(2026, 2, 2, 9, minute));

test("a state is used once per issuer, and forgotten when it has expired", async () => {
  const db = getPrisma();
  expect(await useStateOnce(db, issuer, "one", at(0), at(30))).toBe(true);
  expect(await useStateOnce(db, issuer, "one", at(1), at(31))).toBe(false);
  expect(await useStateOnce(db, issuer, "two", at(1), at(31))).toBe(true);
  expect(await useStateOnce(db, "https://login.example/other/v2.0", "one", at(1), at(31))).toBe(true);
  expect(await useStateOnce(db, issuer, "three", at(45), at(75))).toBe(true);
  expect(await db.samlAssertion.count()).toBe(1);
});
