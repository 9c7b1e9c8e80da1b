import type { Context } from "../context";
import { ForbiddenError } from "../errors";

/**
 * Stops a caller that came by an API token: a leaked token mustn't make itself a successor, lock its owner out or drop their sessions.
 * @throws ForbiddenError `session_needed`
 */
export function refuseApiToken(ctx: Context): void {
  if (ctx.actor.kind === "user" && ctx.actor.tokenId !== undefined) {
    throw new ForbiddenError("session_needed", "An API token can't do this for its own user. Sign in, then repeat it.");
  }
}
