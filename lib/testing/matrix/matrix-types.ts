import type { Role, TeamRole } from "@/lib/context";
import type { Permission } from "@/lib/permissions";
import type { World } from "./make-world";

/**
 * Where the thing stands that a call is about, seen from the caller: in their own team, in another one, in "No team", with all teams together, or
 * nowhere in particular, such as a list that is narrowed to what the caller may see.
 */
export type Place = "own" | "other" | "none" | "all" | "any";

/** Every place at which a thing of one team can stand. */
export const teamPlaces: readonly Place[] = ["own", "other", "none"];

/** Who calls: by a global role, by a role on the own team, or by a credential that opens nothing or little. */
export interface Caller {
  name: string;
  kind: "global" | "team" | "nobody" | "disabled" | "narrowed" | "must_reset";
  globalRole: Role;
  teamRole?: TeamRole;
  userId: number;
  /** The bearer token of a REST client; empty for nobody. */
  bearer: string;
  /** The browser's session cookie; empty for nobody. */
  cookie: string;
  /** The id of the bearer's session. */
  sessionId: string;
}

/** What a recipe knows when it makes a call. `allowed`: the call will be let through, so it may use up what it is about. */
export interface Situation {
  world: World;
  place: Place;
  caller: Caller;
  allowed: boolean;
}

/** A REST call; the method is the route's. */
export interface RestCall {
  params?: Record<string, string | string[]>;
  query?: string;
  body?: unknown;
}

/** How to call one route or action, and what of the permission table stands behind it. */
export interface Recipe<Call> {
  /** The places to try; the entry's reach says which when missing: a team's three, or all teams together. */
  places?: readonly Place[];
  /** What the verb asks for where the entry itself asks only for a signed-in user, or for less; null: nothing more than signing in. */
  permission?: Permission | null;
  /** What lets a caller know of the thing: without it, it looks as if it weren't there (404). Missing: 403 and 404 are both a refusal. */
  see?: Permission;
  /** Answers besides success that show that the call was let through. */
  passes?: readonly number[];
  /** The call is about the caller's own self, so even a refused one is made for each caller. */
  ownThing?: boolean;
  /** The call uses up the caller's own session or password, so each is made by a caller of its own. */
  ownCaller?: boolean;
  /** Callers that this route has a rule of its own for, told in `why`. */
  except?: { callers: (caller: Caller, place: Place) => boolean; expect: readonly number[]; why: string };
  call(situation: Situation): Promise<Call> | Call;
}

/** A recipe of a REST route. */
export type RouteRecipe = Recipe<RestCall>;

/** Recipes by key; several where one route has several kinds of things. */
export type Recipes<Key extends string, Call> = Readonly<Record<Key, Recipe<Call> | readonly Recipe<Call>[]>>;

/** A recipe of a server action: what the form sends. */
export type ActionRecipe = Recipe<unknown>;
