import type { fleetRoutes } from "@/lib/auth/access/fleet-access";
import { randomToken } from "@/lib/secret-box";
import { teamPlaces, type Place, type RouteRecipe, type Situation } from "./matrix-types";

const lists: readonly Place[] = [...teamPlaces, "any"];

const nothing: RouteRecipe = { call: () => ({}) };
const teamQuery: RouteRecipe = { places: lists, call: ({ world, place }) => ({ query: place === "any" ? "" : `team_id=${world.team(place)}` }) };
const ofHost = (more: Partial<RouteRecipe> = {}, body?: (situation: Situation) => Promise<unknown> | unknown): RouteRecipe => ({
  see: "host:read",
  call: async (situation) => ({ params: { id: String((await situation.world.host(situation.place)).hostId) }, ...(body && { body: await body(situation) }) }),
  ...more,
});
const ofLabel = (param: string, more: Partial<RouteRecipe> = {}): RouteRecipe => ({
  see: "label:read",
  places: ["own", "other", "all"],
  call: async ({ world, place }) => ({ params: { [param]: String((await world.label(place)).labelId) } }),
  ...more,
});
const ofTeam = (body?: (situation: Situation) => unknown): RouteRecipe => ({
  see: "team:read",
  call: async (situation) => ({ params: { id: String(await situation.world.freshTeam(situation)) }, ...(body && { body: body(situation) }) }),
});
const ofTeamPolicy = (body?: (situation: Situation) => unknown): RouteRecipe => ({
  call: async (situation) => {
    const { world, place } = situation;
    const { policyId } = await world.policy(place);
    return { params: { id: String(world.team(place)), policyId: String(policyId) }, ...(body && { body: body(situation) }) };
  },
});
const policyBody = ({ world }: Situation) => ({ name: world.name("policy"), query: "SELECT 1;" });
// What the tenant is asked is another test's matter: these calls end at the connection's state or at an address that nobody answers.
const atMicrosoft = { passes: [400, 404, 409, 422, 502] };

/** How each route of hosts, labels, policies, teams, compliance and settings is called. */
export const fleetRouteRecipes: Record<keyof typeof fleetRoutes, RouteRecipe> = {
  "GET version": nothing,
  "GET me": nothing,
  "POST login": { call: () => ({ body: { email: 1 } }), passes: [422] },
  "POST logout": { ownCaller: true, call: () => ({}) },
  "POST setup": { call: () => ({ body: {} }), passes: [404] },
  "POST change_password": {
    ownCaller: true,
    call: () => ({ body: { old_password: "not the present one", new_password: "harbour-lantern-4-tides" } }),
    passes: [422],
  },
  "GET config": nothing,
  "PATCH config": { call: ({ world }) => ({ body: { org_info: { org_name: world.name("Organisation") } } }) },
  "GET overview": teamQuery,
  "GET activities": { places: ["any"], call: () => ({}) },
  "GET host_summary": teamQuery,
  "GET hosts": teamQuery,
  "GET hosts/count": teamQuery,
  "POST hosts/delete": { see: "host:read", call: async ({ world, place }) => ({ body: { ids: [(await world.host(place)).hostId] } }) },
  "POST hosts/transfer": {
    call: async ({ world, place }) => ({ body: { team_id: world.team(place), hosts: [(await world.host(place)).hostId] } }),
  },
  "POST hosts/transfer/filter": {
    call: async ({ world, place }) => ({
      body: { team_id: world.team(place), filters: { team_id: world.team(place), query: (await world.host(place)).hardwareSerial } },
    }),
  },
  "GET hosts/identifier/:identifier": {
    see: "host:read",
    call: async ({ world, place }) => ({ params: { identifier: (await world.host(place)).hardwareSerial } }),
  },
  "GET hosts/:id": ofHost(),
  "DELETE hosts/:id": ofHost(),
  "GET hosts/:id/access": ofHost(),
  "GET hosts/:id/compliance_reports": ofHost({ see: undefined }),
  "GET hosts/:id/device_mapping": ofHost(),
  "POST hosts/:id/labels": ofHost({}, async ({ world, place }) => ({ labels: [(await world.label(place === "none" ? "all" : place)).name] })),
  "DELETE hosts/:id/labels": ofHost({}, async ({ world, place }) => ({ labels: [(await world.label(place === "none" ? "all" : place)).name] })),
  "POST hosts/:id/refetch": ofHost(),
  "POST hosts/:id/send_now": ofHost({ passes: [409, 422, 400] }),
  "GET labels": { call: () => ({}) },
  "POST labels": {
    places: ["own", "other", "all"],
    call: ({ world, place }) => ({ body: { name: world.name("label"), query: "SELECT 1;", team_id: world.team(place) } }),
  },
  "GET labels/summary": { call: () => ({}) },
  "DELETE labels/id/:id": ofLabel("id"),
  "GET labels/:label": ofLabel("label"),
  "PATCH labels/:label": ofLabel("label", {
    call: async ({ world, place }) => ({ params: { label: String((await world.label(place)).labelId) }, body: { description: "d" } }),
  }),
  "DELETE labels/:label": ofLabel("label", { call: async ({ world, place }) => ({ params: { label: (await world.label(place)).name } }) }),
  "GET labels/:label/hosts": ofLabel("label", { see: undefined, places: ["own", "other"] }),
  "GET policies": nothing,
  "POST policies": { call: (situation) => ({ body: policyBody(situation) }) },
  "GET policies/count": nothing,
  "POST policies/delete": { call: async ({ world }) => ({ body: { ids: [(await world.policy("all")).policyId] } }) },
  "GET policies/:id": { places: ["all"], call: async ({ world, place }) => ({ params: { id: String((await world.policy(place)).policyId) } }) },
  "PATCH policies/:id": {
    places: ["all"],
    call: async ({ world, place }) => ({ params: { id: String((await world.policy(place)).policyId) }, body: { description: "d" } }),
  },
  "GET teams": { places: ["any"], call: () => ({}) },
  "POST teams": { call: ({ world }) => ({ body: { name: world.name("Team") } }) },
  "GET teams/:id": ofTeam(),
  "PATCH teams/:id": ofTeam(({ world, place }) => (place === "none" ? { integrations: {} } : { description: world.name("d") })),
  "DELETE teams/:id": { ...ofTeam(), places: ["own", "other"] },
  "POST teams/:id/agent_options": ofTeam(() => ({})),
  "GET teams/:id/secrets": ofTeam(),
  "PATCH teams/:id/secrets": ofTeam(() => ({ secrets: [{ secret: randomToken(24) }] })),
  "GET teams/:id/policies": ofTeam(),
  "POST teams/:id/policies": ofTeam(policyBody),
  "GET teams/:id/policies/count": ofTeam(),
  "POST teams/:id/policies/delete": {
    call: async ({ world, place }) => ({ params: { id: String(world.team(place)) }, body: { ids: [(await world.policy(place)).policyId] } }),
  },
  "GET teams/:id/policies/:policyId": ofTeamPolicy(),
  "PATCH teams/:id/policies/:policyId": ofTeamPolicy(() => ({ description: "d" })),
  "GET spec/enroll_secret": nothing,
  "POST spec/enroll_secret": { call: () => ({ body: { spec: { secrets: [{ secret: randomToken(24) }] } } }) },
  "GET compliance_reports/:id": { see: "report:read", call: async ({ world, place }) => ({ params: { id: (await world.report(place)).reportId } }) },
  "POST compliance_reports/:id/retry": {
    see: "report:read",
    passes: [409],
    call: async ({ world, place }) => ({ params: { id: (await world.report(place)).reportId } }),
  },
  "POST conditional-access/microsoft": { ...atMicrosoft, call: () => ({ body: { microsoft_tenant_id: "not a tenant" } }) },
  "DELETE conditional-access/microsoft": { ...atMicrosoft, call: () => ({ query: "on_disconnect=nonsense" }) },
  "POST conditional-access/microsoft/confirm": { ...atMicrosoft, call: () => ({ body: {} }) },
  "GET conditional-access/microsoft/health": nothing,
  "POST conditional-access/microsoft/test": { ...atMicrosoft, call: () => ({}) },
  "ANY *": { call: () => ({ params: { path: ["packs"] } }) },
};
