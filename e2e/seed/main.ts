import { serverContext } from "@/lib/context";
import { closeDatabase, getPrisma } from "@/lib/db/prisma";
import { prismaSql } from "@/lib/db/sql";
import { storeDeviceToken } from "@/lib/hosts/store-device-token";
import { seedAldergate } from "@/lib/testing/seed-aldergate";
import { seedPeople } from "./seed-people";

// Hosts with a story, one for each face of My device.
const deviceOwners = { held: "FIN-MBA-0117", one: "mbp-tkowalczyk-03" };

const ctx = serverContext();
if (process.argv.includes("--still")) await holdStill(ctx);
// All at once: the running server must never look at half of it.
const made = await getPrisma().$transaction((db) => seedAldergate({ ...ctx, db, sql: prismaSql(db), transaction: true }), {
  maxWait: 10_000,
  timeout: 300_000,
});
const deviceTokens: Record<string, string> = {};
const notable = await ctx.db.host.findMany({
  where: { compliance: { accessState: { in: ["in", "loose"] } } },
  orderBy: { id: "asc" },
  select: { id: true, compliance: { select: { accessState: true } } },
});
const hostIds: Record<string, number | undefined> = {
  held: made.hosts.get(deviceOwners.held),
  one: made.hosts.get(deviceOwners.one),
  loose: notable.find(({ compliance }) => compliance?.accessState === "loose")?.id,
  in: notable.find(({ compliance }) => compliance?.accessState === "in")?.id,
};
for (const [face, hostId] of Object.entries(hostIds)) {
  if (hostId === undefined) throw new Error(`The scenario has no host for the face "${face}" of My device.`);
  deviceTokens[face] = `e2e-${face}-0c5f1d0e-7a53-4a1e-9d0c-2f6f5b8c9a11`;
  await storeDeviceToken(ctx, hostId, deviceTokens[face]);
}
const people = await seedPeople(ctx, made.teams);
await closeDatabase();
/** From now on no job begins: nothing of what was seeded is sent, refused or swept while somebody looks at it. */
async function holdStill({ db }: typeof ctx): Promise<void> {
  await db.$executeRawUnsafe("create function graphile_worker.hold_still() returns trigger language plpgsql as 'begin return null; end'");
  await db.$executeRawUnsafe(
    "create trigger hold_still before insert on graphile_worker._private_jobs for each row execute function graphile_worker.hold_still()",
  );
  await db.$executeRawUnsafe("delete from graphile_worker._private_jobs where locked_at is null");
}

console.log(
  JSON.stringify({
    teams: Object.fromEntries(made.teams),
    policies: Object.fromEntries(made.policies),
    hosts: Object.fromEntries(made.hosts),
    hostIds,
    deviceTokens,
    people,
  }),
);
