import type { usersActions, usersRoutes } from "@/lib/auth/access/users-access";
import { overSelf, overUser } from "./account-recipes";
import { teamPlaces, type Place, type Recipe, type Recipes, type RestCall, type Situation } from "./matrix-types";

const withoutNoTeam: readonly Place[] = ["own", "other", "all"];

/** The roles that put somebody at the place. */
export const rolesAt = ({ world, place }: Situation): object => {
  const teamId = world.team(place);
  return teamId ? { teams: [{ id: teamId, role: "observer" }] } : { global_role: "observer" };
};

/** Somebody new at the place. An admin of a team names another team in vain: it looks as if it weren't there, which is a fault of the field. */
export const someoneNew = <Call>(call: Recipe<Call>["call"]): Recipe<Call> => ({
  places: withoutNoTeam,
  except: {
    callers: ({ teamRole }, place) => teamRole === "admin" && place === "other",
    expect: [422],
    why: "a team of others is answered like one that isn't there, in the field that names it",
  },
  call,
});

const onTeam = (call: (userId: number, situation: Situation) => RestCall["body"]): Recipe<RestCall> => ({
  places: ["own", "other"],
  permission: "user:write",
  see: "team:read",
  call: async (situation) => {
    const { userId } = await situation.world.user(situation.place);
    return { params: { id: String(situation.world.team(situation.place)) }, body: call(userId, situation) };
  },
});
const params = (userId: number): RestCall => ({ params: { id: String(userId) } });
const renamed = (userId: number, { world }: Situation): RestCall => ({ ...params(userId), body: { name: world.name("Someone") } });

/** How the routes of users are called. */
export const usersRouteRecipes: Recipes<keyof typeof usersRoutes, RestCall> = {
  "GET users": {
    places: [...teamPlaces, "any"],
    call: ({ world, place }) => ({ query: place === "any" ? "" : `team_id=${world.team(place)}` }),
  },
  "POST users/admin": someoneNew((situation) => ({
    body: { name: "Someone", email: `${situation.world.name("new").replace(" ", "-")}@example.test`, sso_enabled: true, ...rolesAt(situation) },
  })),
  "POST users/api_only": someoneNew((situation) => ({ body: { name: situation.world.name("Script"), ...rolesAt(situation) } })),
  "PATCH users/api_only/:id": overUser("user:write", renamed),
  "POST users/roles/spec": {
    places: withoutNoTeam,
    except: {
      callers: ({ teamRole }, place) => teamRole === "admin" && place !== "own",
      expect: [422],
      why: "a mail address of somebody out of sight is answered like nobody's, in the field that names it",
    },
    call: async ({ world, place }) => {
      const { email } = await world.user(place);
      const roles = place === "all" ? { global_role: "technician" } : { teams: [{ name: place === "own" ? "Own" : "Other", role: "technician" }] };
      return { body: { spec: { roles: { [email]: roles } } } };
    },
  },
  "GET users/:id": overUser("user:read", params),
  "PATCH users/:id": [overUser("user:write", renamed), overSelf(renamed)],
  "DELETE users/:id": overUser("user:write", params),
  "GET teams/:id/users": { see: "team:read", call: ({ world, place }) => ({ params: { id: String(world.team(place)) } }) },
  "PATCH teams/:id/users": onTeam((id) => ({ users: [{ id, role: "technician" }] })),
  "DELETE teams/:id/users": onTeam((id) => ({ users: [{ id }] })),
};

const ofPerson = (fields: (situation: Situation) => object): Recipe<unknown> =>
  overUser("user:write", (userId, situation) => ({ userId, ...fields(situation) }), { apiOnly: false });
const rolesForm = ({ world, place }: Situation, role: string): object => {
  const teamId = world.team(place);
  return { roles: teamId ? { teamRoles: [{ teamId, role }] } : { globalRole: role, teamRoles: [] } };
};

/** How the server actions of the users' pages are called. */
export const usersActionRecipes: Recipes<keyof typeof usersActions, unknown> = {
  "users.addUser": someoneNew((situation) => ({
    kind: "sso",
    name: "Someone",
    email: `${situation.world.name("new").replace(" ", "-")}@example.test`,
    ...rolesForm(situation, "observer"),
  })),
  "users.saveProfile": ofPerson(({ world }) => ({ name: world.name("Someone") })),
  "users.saveRoles": ofPerson((situation) => rolesForm(situation, "technician")),
  "users.saveWayIn": ofPerson(() => ({ ssoEnabled: true })),
  "users.saveRoutes": overUser("user:write", (userId) => ({ userId, api_endpoints: null })),
  // Nobody here has a password that could be asked for anew.
  "users.askForNewPassword": { ...ofPerson(() => ({ ask: true })), passes: [422] },
  "users.switchUser": ofPerson(() => ({ disabled: true })),
  "users.removeUser": ofPerson(() => ({})),
};
