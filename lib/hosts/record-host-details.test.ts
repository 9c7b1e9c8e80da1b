import { expect, test } from "vitest";
import { getPool } from "@/lib/db/pool";
import { inSqlTransaction } from "@/lib/db/transaction";
import { enrolledHost } from "@/lib/testing/scenarios";
import { testServerContext } from "@/lib/testing/test-context";
import { recordHostDetails } from "./record-host-details";

test("a check-in that says nothing of its host leaves the row as it is, locks it, and finds out whether it is there", async () => {
  const ctx = testServerContext();
  const { hostId: silent } = await enrolledHost(ctx);
  const { hostId: telling } = await enrolledHost(ctx);
  const versions = async () =>
    (await getPool().query<{ version: string }>("select xmin::text as version from hosts order by id")).rows.map(({ version }) => version);
  const before = await versions();
  const gone = 2_000_000_000;
  const written = await inSqlTransaction(ctx, async (tx) => {
    const rows = await recordHostDetails(tx, [
      { hostId: telling, details: { mdmState: "off" }, detailsDigest: "" },
      { hostId: silent, details: {}, detailsDigest: "", policyUpdatedAt: undefined },
      { hostId: gone, details: {}, detailsDigest: "" },
    ]);
    const { rows: free } = await getPool().query("select id from hosts for no key update skip locked");
    expect(free).toEqual([]);
    return rows;
  });
  expect(written).toEqual([
    { hostId: silent, mdmChanged: false, platformChanged: false },
    { hostId: telling, mdmChanged: true, platformChanged: false },
  ]);
  const after = await versions();
  expect([after[0] === before[0], after[1] === before[1]]).toEqual([true, false]);
});
