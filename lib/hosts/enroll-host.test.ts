import { beforeAll, expect, test } from "vitest";
import type { Context } from "@/lib/context";
import { hashToken } from "@/lib/secret-box";
import { makeEnrollSecret } from "@/lib/testing/agent-scenario";
import { makePolicy, makeTeam, setPolicyResult } from "@/lib/testing/scenarios";
import { testClock, testServerContext } from "@/lib/testing/test-context";
import { enrollHost, type EnrollRequest } from "./enroll-host";

const clock = testClock();
let ctx: Context;
beforeAll(() => {
  ctx = testServerContext(clock);
});

const uuid = () => crypto.randomUUID().toUpperCase();
const later = () => clock.advance(60_000);
const enroll = (request: Partial<EnrollRequest> & { secret: string; identifier: string }) =>
  enrollHost(ctx, { agent: "osquery", hardwareUuid: request.identifier, hostname: "mac", ...request });
const hostOf = (hostId: number) => ctx.db.host.findUniqueOrThrow({ where: { id: hostId } });

test("the secret decides the team of a new host, and a global one admits to No team", async () => {
  const { teamId } = await makeTeam(ctx);
  const inTeam = await enroll({ secret: await makeEnrollSecret(ctx, teamId), identifier: uuid() });
  expect(await hostOf(inTeam.hostId)).toMatchObject({ teamId, enrolledTeamId: teamId });
  const global = await enroll({ secret: await makeEnrollSecret(ctx), identifier: uuid() });
  expect(await hostOf(global.hostId)).toMatchObject({ teamId: 0, enrolledTeamId: null });
  expect(await ctx.db.activity.count({ where: { hostId: inTeam.hostId, type: "fleet_enrolled" } })).toBe(1);
});

test.each(["", "unknown", "tv-enroll-secret"])("the secret '%s' that nobody made admits nobody", async (secret) => {
  const identifier = uuid();
  await expect(enroll({ secret, identifier })).rejects.toMatchObject({ code: "enroll_secret_unknown" });
  expect(await ctx.db.host.count({ where: { osqueryHostId: identifier } })).toBe(0);
});

test("who comes again keeps the host with its answers, gets a new key, and is asked everything anew", async () => {
  const { teamId } = await makeTeam(ctx);
  const { policyId } = await makePolicy(ctx, { teamId });
  const secret = await makeEnrollSecret(ctx, teamId);
  const identifier = uuid();
  const first = await enroll({ secret, identifier });
  await setPolicyResult(ctx, { hostId: first.hostId, policyId, outcome: "fail" });
  later();
  const second = await enroll({ secret, identifier });
  expect(second.hostId).toBe(first.hostId);
  expect(second.nodeKey).not.toBe(first.nodeKey);
  expect(await hostOf(first.hostId)).toMatchObject({ nodeKeyHash: hashToken(second.nodeKey), refetchRequestedAt: ctx.now(), lastEnrolledAt: ctx.now() });
  expect(await ctx.db.policyResult.findFirst({ where: { hostId: first.hostId } })).toMatchObject({ outcome: "fail" });
});

test("an enrolment that would move a host to another team is refused, keeps the old key, and leaves one activity an hour", async () => {
  const [one, two] = [await makeTeam(ctx), await makeTeam(ctx)];
  const identifier = uuid();
  const { hostId, nodeKey } = await enroll({ secret: await makeEnrollSecret(ctx, one.teamId), identifier });
  const stolen = await makeEnrollSecret(ctx, two.teamId);
  for (let attempt = 0; attempt < 3; attempt += 1) {
    later();
    await expect(enroll({ secret: stolen, identifier })).rejects.toMatchObject({ code: "enroll_other_team" });
    await expect(enroll({ secret: stolen, identifier, agent: "orbit" })).rejects.toMatchObject({ code: "enroll_other_team" });
  }
  expect(await hostOf(hostId)).toMatchObject({ teamId: one.teamId, nodeKeyHash: hashToken(nodeKey), orbitNodeKeyHash: null });
  const told = await ctx.db.activity.findMany({ where: { hostId, type: "host_enrollment_refused" } });
  expect(told.map(({ details }) => details)).toMatchObject([{ reason: "enroll_other_team", secret_team_id: two.teamId }]);
});

test("a host that an admin transferred comes again with the secret that it has always had, and stays where it is", async () => {
  const [one, two] = [await makeTeam(ctx), await makeTeam(ctx)];
  for (const first of [await makeEnrollSecret(ctx, one.teamId), await makeEnrollSecret(ctx)]) {
    const identifier = uuid();
    const { hostId } = await enroll({ secret: first, identifier });
    await ctx.db.host.update({ where: { id: hostId }, data: { teamId: two.teamId } });
    later();
    expect((await enroll({ secret: first, identifier })).hostId).toBe(hostId);
    expect((await hostOf(hostId)).teamId).toBe(two.teamId);
  }
});

test("an enrolment that repeats too fast is refused, and taken a few seconds later", async () => {
  const secret = await makeEnrollSecret(ctx);
  const identifier = uuid();
  const { nodeKey, hostId } = await enroll({ secret, identifier });
  clock.advance(1000);
  await expect(enroll({ secret, identifier })).rejects.toMatchObject({ code: "enroll_too_fast", retryAfterSeconds: 3 });
  expect((await hostOf(hostId)).nodeKeyHash).toBe(hashToken(nodeKey));
  clock.advance(4000);
  expect((await enroll({ secret, identifier })).hostId).toBe(hostId);
});

test("cloned computers with one hardware id and instances of their own are hosts of their own", async () => {
  const secret = await makeEnrollSecret(ctx);
  const hardwareUuid = uuid();
  const [a, b] = [uuid(), uuid()];
  const first = await enroll({ secret, identifier: a, hardwareUuid, agent: "orbit" });
  expect((await enroll({ secret, identifier: a, hardwareUuid })).hostId).toBe(first.hostId);
  const second = await enroll({ secret, identifier: b, hardwareUuid, agent: "orbit" });
  expect(second.hostId).not.toBe(first.hostId);
  expect((await enroll({ secret, identifier: b, hardwareUuid })).hostId).toBe(second.hostId);
});

test("hardware ids that vendors forgot to set join nobody", async () => {
  const secret = await makeEnrollSecret(ctx);
  const hardwareUuid = "03000200-0400-0500-0006-000700080009";
  const one = await enroll({ secret, identifier: uuid(), hardwareUuid, agent: "orbit" });
  const two = await enroll({ secret, identifier: uuid(), hardwareUuid });
  expect(two.hostId).not.toBe(one.hostId);
});

test("many enrolments of one new computer at once make one host", async () => {
  const secret = await makeEnrollSecret(ctx);
  const identifier = uuid();
  const results = await Promise.allSettled(Array.from({ length: 6 }, (_, n) => enroll({ secret, identifier, agent: n % 2 ? "orbit" : "osquery" })));
  expect(results.filter(({ status }) => status === "fulfilled").length).toBeGreaterThanOrEqual(2);
  expect(await ctx.db.host.count({ where: { osqueryHostId: identifier } })).toBe(1);
});
