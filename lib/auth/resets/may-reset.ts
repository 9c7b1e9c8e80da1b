import type { UserRow } from "../user-queries";

/** Why a user can't be given a link to a new password, as words that follow "This user", or null when they can. */
export function resetObstacle(user: Pick<UserRow, "disabledAt" | "ssoEnabled" | "apiOnly">): string | null {
  if (user.disabledAt) return "is disabled";
  if (user.ssoEnabled) return "signs in by single sign-on and has no password here";
  return user.apiOnly ? "is for the API only and doesn't sign in" : null;
}
