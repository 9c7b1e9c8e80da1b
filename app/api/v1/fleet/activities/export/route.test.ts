import { beforeAll, expect, test } from "vitest";
import { recordActivity } from "@/lib/activities/record-activity";
import type { Context } from "@/lib/context";
import { tokenOf } from "@/lib/testing/rest-call";
import { callRoute } from "@/lib/testing/call-route";
import { testServerContext, testTeamUserContext, testUserContext } from "@/lib/testing/test-context";
import { startSession } from "@/lib/auth/start-session";
import { GET } from "./route";

let admin: Context;
let teams: number[];
beforeAll(async () => {
  admin = await testUserContext("admin");
  const server = testServerContext();
  teams = [];
  for (const name of ["Engineering", "Sales"]) teams.push((await server.db.team.create({ data: { name } })).id);
  for (let i = 0; i < 2300; i += 1) {
    await recordActivity(i % 2 ? admin : server, { type: i % 3 ? "edited_team" : "created_team", teamId: teams[i % 2], details: { team_name: `=T${i}` } });
  }
});

const read = async (query: string, token: string) => {
  const response = await callRoute(GET, { path: `/api/v1/fleet/activities/export?${query}`, token });
  return { response, text: await response.text() };
};

test("every activity comes once, newest first, however many pages of the database they fill", async () => {
  const { response, text } = await read("format=jsonl", await tokenOf("observer"));
  expect(response.status).toBe(200);
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("content-disposition")).toMatch(/^attachment; filename="flotilla-activity-\d{4}-\d\d-\d\d\.jsonl"$/);
  const rows = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { id: number; type: string; actor_email: string; address: string });
  const ids = rows.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(ids.toSorted((a, b) => b - a));
  expect(rows.filter(({ type }) => type.endsWith("_team"))).toHaveLength(2300);
  // Taking it was written down, before it began.
  expect(rows[0]).toMatchObject({ type: "exported_activities" });
  expect(rows.find(({ actor_email: mail }) => mail === (admin.actor as { email: string }).email)).toMatchObject({ address: "192.0.2.1" });
});

test("the export is narrowed like the list, and CSV has no formula in it", async () => {
  const { response, text } = await read(`format=csv&activity_type=created_team&team_id=${teams[0]}`, await tokenOf("admin"));
  expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8");
  const lines = text.trimEnd().split("\r\n");
  expect(lines[0]).toBe("id,created_at,actor_kind,actor_id,actor_name,actor_email,address,type,team_id,host_id,sentence,details");
  expect(lines.slice(1).every((line) => line.includes(",created_team,"))).toBe(true);
  expect(lines).toHaveLength(1 + 384);
});

test("a wrong format or group names what was expected", async () => {
  const token = await tokenOf("admin");
  for (const query of ["format=xml", "about=nothing", "team_id=x"]) expect((await read(query, token)).response.status).toBe(400);
});

test("a role on one team takes out that team's activities alone; gitops none; nobody none", async () => {
  const { actor } = await testTeamUserContext([{ teamId: teams[1] as number, role: "observer" }]);
  const { token } = await startSession({ ...testServerContext(), now: () => new Date() }, (actor as { userId: number }).userId, {
    kind: "api",
    userAgent: "",
    address: "",
  });
  const rows = (await read("format=jsonl", token)).text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { team_id: number });
  expect(rows).toHaveLength(1150);
  expect(new Set(rows.map(({ team_id: id }) => id))).toEqual(new Set([teams[1]]));
  expect((await read(`team_id=${teams[0]}`, token)).response.status).toBe(403);
  expect((await read("", await tokenOf("gitops"))).response.status).toBe(403);
  expect((await callRoute(GET, { path: "/api/v1/fleet/activities/export" })).status).toBe(401);
});
