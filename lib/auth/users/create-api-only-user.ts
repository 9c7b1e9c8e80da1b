import { randomBytes } from "node:crypto";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import type { RouteKey } from "../access/access-table";
import { createApiToken } from "../tokens/create-api-token";
import type { RolesGiven } from "./choose-roles";
import { createUser } from "./create-user";
import type { User } from "./user";

/** An API-only user to make. Without `email` an address is made up that no mail can reach. `routes` null: all that the role allows. */
export interface NewApiOnlyUser extends RolesGiven {
  name: string;
  email?: string;
  password?: string | null;
  routes?: readonly RouteKey[] | null;
  /** When the first token ends; null: never. */
  expiresAt?: Date | null;
}

/**
 * Makes a user for scripts and their first token, which is told here once and never again.
 * @throws InvalidInputError `user_invalid`, `roles_invalid`, `api_token_expiry_past`; ConflictError `user_email_taken`; ForbiddenError; UnauthenticatedError
 */
export async function createApiOnlyUser(ctx: Context, given: NewApiOnlyUser): Promise<{ user: User; token: string }> {
  const { routes = null, expiresAt = null, ...rest } = given;
  return inTransaction(ctx, async (tx) => {
    const email = given.email ?? `api-${randomBytes(6).toString("hex")}@users.invalid`;
    const user = await createUser(tx, { ...rest, email, apiOnly: true, apiRoutes: routes });
    const { token } = await createApiToken(tx, { userId: user.id, name: "First token", expiresAt });
    return { user, token };
  });
}
