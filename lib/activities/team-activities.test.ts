import { expect, test } from "vitest";
import { ForbiddenError } from "../errors";
import { enrolledHost, makeTeam } from "../testing/scenarios";
import { testServerContext, testTeamUserContext, testUserContext } from "../testing/test-context";
import { listActivities } from "./list-activities";
import { recordActivity } from "./record-activity";

test("a role on a team shows what happened in that team and to its hosts, on every page", async () => {
  const server = testServerContext();
  const [own, other] = [await makeTeam(server), await makeTeam(server)];
  const [ownHost, otherHost] = [await enrolledHost(server, { teamId: own.teamId }), await enrolledHost(server, { teamId: other.teamId })];
  const nowhere = await enrolledHost(server);
  const note = (words: string, about: { teamId?: number; hostId?: number } = {}) =>
    recordActivity(server, { type: "edited_organisation", ...about, details: { words } });
  await note("ours", { teamId: own.teamId });
  await note("theirs", { teamId: other.teamId });
  await note("our host's", { hostId: ownHost.hostId });
  await note("their host's", { hostId: otherHost.hostId });
  await note("a host's of no team", { hostId: nowhere.hostId });
  await note("no team's", { teamId: 0 });
  await note("everybody's");

  const words = async (ctx: Parameters<typeof listActivities>[0], options: Parameters<typeof listActivities>[1] = {}) =>
    (await listActivities(ctx, { direction: "asc", ...options })).activities.map(({ details }) => details.words).filter(Boolean);
  const one = await testTeamUserContext([{ teamId: own.teamId, role: "observer" }]);
  const both = await testTeamUserContext([
    { teamId: own.teamId, role: "technician" },
    { teamId: other.teamId, role: "admin" },
  ]);
  expect(await words(one)).toEqual(["ours", "our host's"]);
  expect(await words(one, { teamId: own.teamId })).toEqual(["ours", "our host's"]);
  expect(await words(one, { hostId: otherHost.hostId })).toEqual([]);
  expect(await words(both)).toEqual(["ours", "theirs", "our host's", "their host's"]);
  expect(await words(await testUserContext("observer"))).toHaveLength(7);
  expect(await words(await testUserContext("observer"), { teamId: other.teamId })).toEqual(["theirs", "their host's"]);

  const first = await listActivities(one, { direction: "asc", perPage: 1 });
  expect([first.activities.length, first.hasNext]).toEqual([1, true]);
  const second = await listActivities(one, { direction: "asc", perPage: 1, page: 1 });
  expect([second.activities.map(({ details }) => details.words), second.hasNext]).toEqual([["our host's"], false]);

  await expect(listActivities(one, { teamId: other.teamId })).rejects.toBeInstanceOf(ForbiddenError);
  await expect(listActivities(one, { teamId: 0 })).rejects.toBeInstanceOf(ForbiddenError);
  await expect(listActivities(await testTeamUserContext([{ teamId: own.teamId, role: "gitops" }]))).rejects.toBeInstanceOf(ForbiddenError);
});
