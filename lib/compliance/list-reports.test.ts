import { beforeAll, expect, test } from "vitest";
import { randomUUID } from "node:crypto";
import type { Context } from "@/lib/context";
import { enrolledHost, makeTeam } from "@/lib/testing/scenarios";
import { testServerContext } from "@/lib/testing/test-context";
import { listReports } from "./list-reports";

let ctx: Context;
beforeAll(() => {
  ctx = testServerContext();
});

test("pages of reports go on by cursor through reports of the same moment, and the last has none", async () => {
  const { teamId } = await makeTeam(ctx);
  const { hostId, name, deviceId } = await enrolledHost(ctx, { teamId });
  const connection = await ctx.db.entraConnection.create({ data: { provider: "audit_only", cloud: "global", tenantId: "tenant", state: "connected" } });
  const at = (minutes: number) => new Date(ctx.now().getTime() - Math.floor(minutes / 3) * 60_000);
  await ctx.db.complianceReport.createMany({
    data: Array.from({ length: 11 }, (_, i) => ({
      id: randomUUID(),
      hostId,
      hostName: name,
      connectionId: connection.id,
      provider: "audit_only",
      kind: "verdict",
      deviceId,
      managed: true,
      compliant: true,
      state: "confirmed",
      causedAt: at(i),
      createdAt: at(i),
      endedAt: at(i),
    })),
  });
  const whole = (await listReports(ctx, { teamId })).reports.map(({ id }) => id);
  expect(whole).toHaveLength(11);
  const walked: string[] = [];
  let after: string | null = null;
  for (;;) {
    const page: Awaited<ReturnType<typeof listReports>> = await listReports(ctx, { hostId }, { perPage: 4, after });
    expect(page.count).toBe(11);
    walked.push(...page.reports.map(({ id }) => id));
    if (page.nextCursor === null) break;
    after = page.nextCursor;
  }
  expect(walked).toEqual(whole);
});

test.each(["2026-03-02", "next:WyJpZCBhc2MiLCI1IiwiYSIsNV0", `next:${Buffer.from('["created_at desc","soon","x"]').toString("base64url")}`])(
  "refuses %s as a cursor",
  async (after) => {
    await expect(listReports(ctx, {}, { after })).rejects.toMatchObject({ status: 400, code: "bad_cursor", fields: [{ field: "after" }] });
  },
);
