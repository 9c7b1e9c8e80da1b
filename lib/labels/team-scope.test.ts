import { beforeAll, describe, expect, test } from "vitest";
import type { Context, TeamRole } from "../context";
import { ForbiddenError, InvalidInputError, NotFoundError } from "../errors";
import { listHosts } from "../hosts/list-hosts";
import { enrolledHost, makePolicy, makeTeam, type EnrolledHost } from "../testing/scenarios";
import { testServerContext, testTeamUserContext, testUserContext } from "../testing/test-context";
import { changeHostLabels } from "./change-host-labels";
import { createLabel } from "./create-label";
import { deleteLabel } from "./delete-label";
import { getLabel } from "./get-label";
import { listLabels } from "./list-labels";
import { updateLabel } from "./update-label";

let server: Context;
let own: number;
let other: number;
let ownHost: EnrolledHost;
let otherHost: EnrolledHost;
let shared: number;
let ours: number;
let theirs: number;
const nowhere = 987_654;
const as = (role: TeamRole) => testTeamUserContext([{ teamId: own, role }]);

beforeAll(async () => {
  server = testServerContext();
  own = (await makeTeam(server)).teamId;
  other = (await makeTeam(server)).teamId;
  ownHost = await enrolledHost(server, { teamId: own });
  otherHost = await enrolledHost(server, { teamId: other });
  const hostIds = [ownHost.hostId, otherHost.hostId, (await enrolledHost(server)).hostId];
  shared = (await createLabel(server, { name: "Lab bench", hostIds })).id;
  theirs = (await createLabel(server, { name: "Pilot", teamId: other, hostIds: [otherHost.hostId] })).id;
  ours = (await createLabel(server, { name: "Pilot", teamId: own, hostIds: [ownHost.hostId] })).id;
  for (const teamId of [null, own, other]) {
    const { policyId } = await makePolicy(server, { teamId, name: `Narrowed for ${teamId}` });
    await server.db.policyLabel.create({ data: { policyId, labelId: shared, scope: "include_any" } });
  }
});

test("a team sees its labels and those for all teams, with its own hosts and policies in them", async () => {
  const observer = await as("observer");
  const labels = await listLabels(observer);
  expect(
    labels.filter(({ membershipType, labelType }) => labelType === "regular" && membershipType === "manual").map(({ id, hostCount }) => [id, hostCount]),
  ).toEqual([
    [shared, 1],
    [ours, 1],
  ]);
  expect((await listLabels(observer, { team: own, query: "pilot" })).map(({ id }) => id)).toEqual([ours]);
  await expect(listLabels(observer, { team: other })).rejects.toBeInstanceOf(ForbiddenError);
  await expect(listLabels(observer, { team: nowhere })).rejects.toBeInstanceOf(ForbiddenError);
  const label = await getLabel(observer, shared);
  expect(label.hostCount).toBe(1);
  expect(label.policies.map(({ name }) => name)).toEqual([`Narrowed for ${own}`, "Narrowed for null"]);
  expect((await listHosts(observer, { labelId: shared })).map(({ id }) => id)).toEqual([ownHost.hostId]);
  expect((await getLabel(await testUserContext("observer"), shared)).hostCount).toBe(3);
  const both = await testTeamUserContext([
    { teamId: own, role: "observer" },
    { teamId: other, role: "observer" },
  ]);
  expect((await getLabel(both, shared)).hostCount).toBe(2);
});

test("a name that two teams use means the caller's own", async () => {
  expect((await getLabel(await as("observer"), "Pilot")).id).toBe(ours);
});

describe("a label of another team is answered like one that doesn't exist", () => {
  test.each<[string, (ctx: Context, labelId: number) => Promise<unknown>]>([
    ["reading it", (ctx, id) => getLabel(ctx, id)],
    ["changing it", (ctx, id) => updateLabel(ctx, id, { description: "taken" })],
    ["deleting it", (ctx, id) => deleteLabel(ctx, id)],
  ])("%s", async (_what, act) => {
    const maintainer = await as("maintainer");
    for (const id of [theirs, nowhere]) {
      const error = await act(maintainer, id).catch((cause: unknown) => cause);
      expect(error).toBeInstanceOf(NotFoundError);
      expect(error).toMatchObject({ code: "label_not_found", message: `Label ${id} was not found.` });
    }
  });

  test("making one in it", async () => {
    const maintainer = await as("maintainer");
    for (const teamId of [other, nowhere]) await expect(createLabel(maintainer, { name: "Taken", teamId })).rejects.toBeInstanceOf(NotFoundError);
    await expect(createLabel(maintainer, { name: "For everybody" })).rejects.toBeInstanceOf(ForbiddenError);
  });
});

test("a host of another team can't be put into a label, and isn't told from one that doesn't exist", async () => {
  const maintainer = await as("maintainer");
  const name = (at: number) => `Bench ${at}`;
  for (const host of [otherHost.hardwareSerial, "no-such-host"]) {
    const refused = createLabel(maintainer, { name: name(1), teamId: own, hosts: [ownHost.hardwareSerial, host] });
    await expect(refused).rejects.toMatchObject({ code: "label_invalid", message: expect.stringContaining(`No host answers to ${host}.`) });
    await expect(refused).rejects.toBeInstanceOf(InvalidInputError);
  }
  await expect(changeHostLabels(maintainer, otherHost.hostId, "add", ["Lab bench"])).rejects.toBeInstanceOf(NotFoundError);
  await expect(changeHostLabels(await as("observer"), ownHost.hostId, "add", ["Lab bench"])).rejects.toBeInstanceOf(ForbiddenError);
});

test("naming a label's hosts anew leaves the hosts that the caller can't see where they are", async () => {
  const mixed = await createLabel(server, { name: "Mixed", teamId: own, hostIds: [ownHost.hostId, otherHost.hostId] });
  expect(await updateLabel(await as("maintainer"), mixed.id, { hostIds: [] })).toMatchObject({ hostCount: 0 });
  expect((await getLabel(server, mixed.id)).hostCount).toBe(1);
});

test("a team's maintainer changes the team's labels, not those for all teams; a name for both deletes their own", async () => {
  const maintainer = await as("maintainer");
  await expect(updateLabel(maintainer, shared, { description: "no" })).rejects.toBeInstanceOf(ForbiddenError);
  await expect(deleteLabel(maintainer, shared)).rejects.toBeInstanceOf(ForbiddenError);
  await expect(updateLabel(await as("technician"), ours, { description: "no" })).rejects.toBeInstanceOf(ForbiddenError);
  await createLabel(server, { name: "Twice" });
  const twice = await createLabel(maintainer, { name: "Twice", teamId: own });
  expect(await updateLabel(maintainer, twice.id, { description: "ours" })).toMatchObject({ description: "ours" });
  await deleteLabel(maintainer, "Twice");
  await expect(getLabel(server, twice.id)).rejects.toBeInstanceOf(NotFoundError);
  await expect(deleteLabel(maintainer, "Twice")).rejects.toBeInstanceOf(ForbiddenError);
});
