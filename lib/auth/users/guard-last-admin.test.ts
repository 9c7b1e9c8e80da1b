import { beforeEach, expect, test } from "vitest";
import type { Context, Role } from "../../context";
import { getPrisma } from "../../db/prisma";
import { inTransaction } from "../../db/transaction";
import { testServerContext } from "../../testing/test-context";
import { deleteUser } from "./delete-user";
import { guardLastAdmin } from "./guard-last-admin";
import { updateUser } from "./update-user";

let ctx: Context;
let made = 0;

beforeEach(async () => {
  ctx = testServerContext();
  await getPrisma().user.deleteMany();
});

async function person(facts: { globalRole?: Role; passwordHash?: string | null; ssoEnabled?: boolean; apiOnly?: boolean; disabledAt?: Date } = {}) {
  made += 1;
  const row = { email: `person-${made}@example.test`, name: `Person ${made}`, globalRole: "admin", passwordHash: "stored", ...facts };
  return (await getPrisma().user.create({ data: row })).id;
}

const role = async (id: number) => (await getPrisma().user.findUniqueOrThrow({ where: { id } })).globalRole;

test.each<[string, (id: number) => Promise<unknown>]>([
  ["deleted", (id) => deleteUser(ctx, id)],
  ["demoted", (id) => updateUser(ctx, id, { globalRole: "maintainer" })],
  ["left without a role", (id) => updateUser(ctx, id, { globalRole: null })],
  ["disabled", (id) => updateUser(ctx, id, { disabled: true })],
])("the last global admin can't be %s, and nothing changes", async (_how, act) => {
  const last = await person();
  // None of these could sign in as a global admin.
  await person({ globalRole: "maintainer" });
  await person({ apiOnly: true });
  await person({ disabledAt: new Date() });
  await person({ passwordHash: null });
  const before = await getPrisma().user.findUniqueOrThrow({ where: { id: last } });
  await expect(act(last)).rejects.toMatchObject({
    status: 409,
    code: "last_global_admin",
    message: expect.stringContaining("Make somebody else a global admin"),
  });
  expect(await getPrisma().user.findUniqueOrThrow({ where: { id: last } })).toEqual(before);
  expect(await getPrisma().activity.count({ where: { details: { path: ["user_id"], equals: last } } })).toBe(0);
});

test("a role on a team takes the global role away, so the last admin can't get one", async () => {
  const last = await person();
  const team = await getPrisma().team.create({ data: { name: `Guarded ${last}` } });
  await expect(updateUser(ctx, last, { teamRoles: [{ teamId: team.id, role: "admin" }] })).rejects.toMatchObject({ code: "last_global_admin" });
});

test.each<[string, (id: number) => Promise<unknown>]>([
  ["deleted", (id) => deleteUser(ctx, id)],
  ["demoted", (id) => updateUser(ctx, id, { globalRole: "observer" })],
  ["disabled", (id) => updateUser(ctx, id, { disabled: true })],
  ["switched to single sign-on", (id) => updateUser(ctx, id, { ssoEnabled: true })],
])("the last admin with a password can't be %s while others sign in by single sign-on alone", async (_how, act) => {
  const last = await person();
  await person({ passwordHash: null, ssoEnabled: true });
  await expect(act(last)).rejects.toMatchObject({ status: 409, code: "last_password_admin" });
});

test("with another admin who has a password, all of it passes", async () => {
  const [first, second] = [await person(), await person()];
  await person();
  await updateUser(ctx, first, { globalRole: "observer" });
  await updateUser(ctx, second, { ssoEnabled: true });
  await deleteUser(ctx, second);
  expect(await role(first)).toBe("observer");
});

test("without any admin who has a password, the last one by single sign-on is kept", async () => {
  const [first, second] = [await person({ passwordHash: null, ssoEnabled: true }), await person({ passwordHash: null, ssoEnabled: true })];
  await deleteUser(ctx, first);
  await expect(deleteUser(ctx, second)).rejects.toMatchObject({ code: "last_global_admin" });
});

test.each<[string, (id: number) => Promise<unknown>]>([
  ["demotions", (id) => updateUser(ctx, id, { globalRole: "observer" })],
  ["deletions", (id) => deleteUser(ctx, id)],
  ["disablings", (id) => updateUser(ctx, id, { disabled: true })],
])("of two %s at once, one passes and one is refused, every time", async (_what, act) => {
  for (let round = 0; round < 8; round += 1) {
    await getPrisma().user.deleteMany();
    const two = [await person(), await person()];
    const ends = await Promise.allSettled(two.map(act));
    expect(ends.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(ends.find((end) => end.status === "rejected")).toMatchObject({ reason: { code: "last_global_admin" } });
    expect(await getPrisma().user.count({ where: { globalRole: "admin", disabledAt: null } })).toBe(1);
  }
});

test("a second change waits for the first one's transaction, and is refused when that one is stored", async () => {
  const [first, second] = [await person(), await person()];
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let guarded = () => {};
  const isGuarded = new Promise<void>((resolve) => {
    guarded = resolve;
  });
  const facts = { globalRole: "observer" as const, apiOnly: false, ssoEnabled: false, hasPassword: true, disabled: false };
  const one = inTransaction(ctx, async (tx) => {
    await guardLastAdmin(tx, first, facts);
    await tx.db.user.update({ where: { id: first }, data: { globalRole: "observer" } });
    guarded();
    await held;
  });
  await isGuarded;
  const two = updateUser(ctx, second, { globalRole: "observer" });
  const waits = await waitsForLock();
  release();
  await one;
  expect(waits).toBe(true);
  await expect(two).rejects.toMatchObject({ code: "last_global_admin" });
});

// Asks PostgreSQL until another connection stands before an advisory lock; every round is a round trip.
async function waitsForLock(): Promise<boolean> {
  for (let round = 0; round < 500; round += 1) {
    const rows = await getPrisma().$queryRaw<object[]>`
      select 1 as ok from pg_locks l join pg_database d on d.oid = l.database
      where l.locktype = 'advisory' and not l.granted and d.datname = current_database()`;
    if (rows.length > 0) return true;
  }
  return false;
}

test("outside a transaction it would guard nothing, so it refuses to run", async () => {
  await expect(guardLastAdmin(ctx, await person(), null)).rejects.toThrow("in the transaction");
});
