import type { Permission } from "../../permissions";

/**
 * Who may call a route or a server action at all: `open` to anyone, `signed_in` to any user who is signed in, or the holders of a permission.
 * The verb behind it asks again with the team of what it loaded.
 */
export type Access = "open" | "signed_in" | Permission;

/** What a call reaches: a thing that stands in one team, or the server as a whole (the same answer whatever the caller's teams). */
export type Reach = "team" | "server";

/**
 * A route of the REST API or a server action. `name` is what a person reads who narrows a token to some routes. `beforeReset`: also for a user who
 * has to choose a new password before anything else.
 */
export interface AccessEntry {
  name: string;
  access: Access;
  reach: Reach;
  beforeReset?: true;
}

/** An entry, short to write. */
export const entry = <const A extends Access>(name: string, access: A, reach: Reach = "server"): AccessEntry & { access: A } => ({ name, access, reach });

/** The same entry, also for a user who has to choose a new password before anything else. */
export const evenBeforeReset = <E extends AccessEntry>(given: E): E & { beforeReset: true } => ({ ...given, beforeReset: true });
