import { expect, test } from "vitest";
import { getPrisma } from "../db/prisma";
import { testUserContext } from "../testing/test-context";
import { listPasswordAdmins } from "./list-password-admins";

test("only global admins who could sign in with a password right now are listed", async () => {
  const ctx = await testUserContext("admin");
  const db = getPrisma();
  const add = (name: string, given: object) =>
    db.user.create({ data: { name, email: `${name}@aldergate.example`, globalRole: "admin", passwordHash: "hash", ...given } });
  await add("zoe", {});
  await add("ada", {});
  await add("by-sso", { ssoEnabled: true });
  await add("disabled", { disabledAt: new Date() });
  await add("program", { apiOnly: true });
  await add("without", { passwordHash: null });
  await add("maintainer", { globalRole: "maintainer" });
  expect((await listPasswordAdmins(ctx)).map(({ name }) => name)).toEqual(["ada", "zoe"]);
  expect(Object.keys((await listPasswordAdmins(ctx))[0] ?? {}).toSorted()).toEqual(["email", "id", "lastSignedInAt", "name"]);
});

test("who may not read security settings learns nothing of them", async () => {
  await expect(listPasswordAdmins(await testUserContext("maintainer"))).rejects.toMatchObject({ code: "permission_denied" });
  await expect(listPasswordAdmins(await testUserContext("observer"))).rejects.toMatchObject({ code: "permission_denied" });
});
