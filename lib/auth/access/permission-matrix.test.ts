import { AsyncLocalStorage } from "node:async_hooks";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { ActionState } from "../admin-action";
import { callRoute } from "../../testing/call-route";
import { compareSurface, pagesWithoutDoor } from "../../testing/matrix/compare-surface";
import { listActions, listPages, listRoutes, readApp, type Exposed } from "../../testing/matrix/list-surface";
import { callerKinds, makeCaller } from "../../testing/matrix/make-callers";
import { makeWorld, type World } from "../../testing/matrix/make-world";
import { actionRecipes, routeRecipes } from "../../testing/matrix/all-recipes";
import { notForUsers } from "../../testing/matrix/not-for-users";
import { playSubject, type Answer, type Subject } from "../../testing/matrix/run-matrix";
import type { Caller, Recipe, RestCall } from "../../testing/matrix/matrix-types";
import { testServerContext } from "../../testing/test-context";
import type { AccessEntry } from "./access-entry";
import { actionEntry, actions, routeEntry, routes, type ActionKey, type RouteKey } from "./access-table";

// Next's request is the only thing that a server action takes from outside; here it is the caller whose turn it is.
const request = new AsyncLocalStorage<{ cookie: string }>();
vi.mock("next/headers", () => ({
  cookies: async () => ({ get: () => ({ value: request.getStore()?.cookie }), set: () => undefined, delete: () => undefined }),
  headers: async () => new Headers({ host: "flotilla.test", origin: "http://flotilla.test", "x-flotilla-address": "192.0.2.1" }),
}));
vi.mock("next/cache", () => ({ revalidatePath: () => undefined, revalidateTag: () => undefined, refresh: () => undefined }));

const files = readApp();
const exposedRoutes = listRoutes(files);
const exposedActions = listActions(files);
const routeKeys = Object.keys(routes) as RouteKey[];
const actionKeys = Object.keys(actions) as ActionKey[];
let world: World;
let callers: Caller[];
let played = 0;

beforeAll(async () => {
  const ctx = { ...testServerContext(), now: () => new Date() };
  await ctx.db.organisation.update({ where: { id: 1 }, data: { publicUrl: "https://flotilla.example.test", setUpAt: new Date() } });
  world = await makeWorld(ctx);
  callers = await Promise.all(callerKinds.map((kind) => makeCaller(world, kind)));
});
afterAll(() => {
  console.log(`Permission matrix: ${played} cases, from ${routeKeys.length} routes and ${actionKeys.length} server actions by ${callerKinds.length} callers.`);
});

test("everything that answers the network has an entry in the access table, or a written reason to have none", () => {
  expect(compareSurface([...exposedRoutes, ...exposedActions], [...routeKeys, ...actionKeys], notForUsers)).toEqual([]);
});

test("every page for signed-in users asks who is there", () => {
  expect(pagesWithoutDoor(listPages(files))).toEqual([]);
  expect(listPages(files).length).toBeGreaterThan(10);
});

test("every entry can be called by the matrix", () => {
  expect([...routeKeys.filter((key) => !routeRecipes[key]), ...actionKeys.filter((key) => !actionRecipes[key])]).toEqual([]);
});

test("the matrix names a door that stands open, one that is shut to its holders, and a refusal that changed something", async () => {
  const entry: AccessEntry = { name: "Made up", access: "host:read", reach: "team" };
  const made = (send: Subject<object>["send"]): Subject<object> => ({
    key: "GET made-up",
    entry,
    recipe: { see: "host:read", call: () => ({}) },
    comes: () => true,
    send,
  });
  const few = callers.filter(({ name }) => ["admin for all", "observer on a team", "nobody"].includes(name));
  const open = await playSubject(
    world,
    few,
    made(async () => ({ status: 200, told: "" })),
  );
  expect(open.cases).toBe(9);
  expect(open.problems.map((problem) => problem.split(": ")[0]).toSorted()).toEqual([
    "GET made-up by nobody, No team",
    "GET made-up by nobody, other team",
    "GET made-up by nobody, own team",
    "GET made-up by observer on a team, No team",
    "GET made-up by observer on a team, other team",
  ]);
  const shut = await playSubject(
    world,
    few,
    made(async (_call, { kind }) => ({ status: kind === "nobody" ? 401 : 404, told: "" })),
  );
  expect(shut.problems.filter((problem) => problem.includes("expected to be let through"))).toHaveLength(4);
  const leaky = await playSubject(
    world,
    few,
    made(async (_call, { kind, teamRole }) => {
      if (kind === "nobody") await world.label("all");
      return { status: kind === "nobody" ? 401 : teamRole ? 404 : 200, told: "" };
    }),
  );
  expect(leaky.problems).toContain("GET made-up: calls that were to be refused changed public.labels");
});

test.each(routeKeys)("%s lets through whom the permission table says, and nobody else", async (key) => {
  const recipes = recipesOf(key, routeRecipes);
  const handler = await load(exposedRoutes.filter((exposed) => exposed.key.replace(/ \(\w+\)$/, "") === key));
  const method = key.startsWith("ANY") ? "GET" : (key.split(" ", 1)[0] as string);
  const subject = {
    key,
    entry: routeEntry(key),
    comes: () => true,
    send: async ({ params = {}, query = "", body }: RestCall, { bearer }: Caller): Promise<Answer> => {
      const answer = await callRoute(handler, {
        method,
        path: `/api/v1/fleet?${query}`,
        token: bearer || undefined,
        body,
        params: params as Record<string, string>,
      });
      return { status: answer.status, told: (await answer.text()).replaceAll(/\s+/g, " ") };
    },
  };
  await play(subject, recipes);
});

test.each(actionKeys)("the action %s lets through whom the permission table says, and nobody else", async (key) => {
  const recipes = recipesOf(key, actionRecipes);
  const action = await load(exposedActions.filter((exposed) => exposed.key === key));
  const subject = {
    key,
    entry: actionEntry(key),
    comes: ({ kind }: Caller) => kind !== "narrowed",
    send: (sent: unknown, { cookie }: Caller) => request.run({ cookie }, () => answerOf(() => (action as (form: unknown) => Promise<ActionState>)(sent))),
  };
  await play(subject, recipes);
});

async function play<Call>(subject: Omit<Subject<Call>, "recipe">, recipes: readonly Recipe<Call>[]): Promise<void> {
  const found: string[] = [];
  for (const recipe of recipes) {
    const { cases, problems } = await playSubject(world, callers, { ...subject, recipe });
    played += cases;
    found.push(...problems);
  }
  expect(found.join("\n")).toBe("");
}

function recipesOf<Call>(key: string, all: Readonly<Partial<Record<string, Recipe<Call> | readonly Recipe<Call>[]>>>): readonly Recipe<Call>[] {
  const recipes = [all[key] ?? []].flat() as readonly Recipe<Call>[];
  if (recipes.length === 0) throw new Error(`No recipe calls "${key}". Write one in lib/testing/matrix.`);
  return recipes;
}

async function load(found: Exposed[]): Promise<unknown> {
  const [exposed] = found;
  if (!exposed) throw new Error("Nothing stands behind this entry.");
  const loaded = (await import(/* @vite-ignore */ pathToFileURL(join(process.cwd(), exposed.path)).href)) as Record<string, unknown>;
  return loaded[exposed.exportName];
}

// A form's state as the status that the REST API would give the same error.
async function answerOf(act: () => Promise<ActionState>): Promise<Answer> {
  try {
    const { ok, code = "", message } = await act();
    const told = `${code} ${message}`;
    if (ok) return { status: 200, told };
    if (code === "not_signed_in") return { status: 401, told };
    if (code === "permission_denied" || code === "password_reset_required") return { status: 403, told };
    if (code.endsWith("_not_found")) return { status: 404, told };
    return { status: code === "internal_error" ? 500 : 422, told };
  } catch (error) {
    if (String((error as { digest?: string }).digest).startsWith("NEXT_REDIRECT")) return { status: 303, told: "" };
    throw error;
  }
}
