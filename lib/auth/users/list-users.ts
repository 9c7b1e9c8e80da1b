import { authorizeList } from "../../authorize";
import type { Context, TeamRole } from "../../context";
import type { User } from "./user";
import { seenUser } from "./user-reach";
import { listUserRows } from "./users-queries";

/** Which users; empty strings and nulls don't narrow. `query`: a part of the name or mail address. `role` counts wherever it is held. */
export interface UserFilter {
  query: string;
  teamId: number | null;
  role: TeamRole | "none" | "";
  status: "active" | "disabled" | "";
  kind: "password" | "sso" | "api" | "";
}

/** In which order, and which page; `page` counts from 0, `perPage` null: all. `after`: only what follows this value of `orderKey`. */
export interface UserOrder {
  orderKey: "id" | "name" | "email" | "createdAt" | "updatedAt" | "lastSignedInAt";
  direction: "asc" | "desc";
  after: string | number | Date | null;
  page: number;
  perPage: number | null;
}

/**
 * The users whom the actor may see: all of them for global admins, those with roles on their teams for admins of teams.
 * @throws ForbiddenError `permission_denied`; UnauthenticatedError
 */
export async function listUsers(ctx: Context, filter: Partial<UserFilter> = {}, order: Partial<UserOrder> = {}): Promise<{ users: User[]; count: number }> {
  const teams = authorizeList(ctx, "user:read");
  if (filter.teamId != null) authorizeList(ctx, "user:read", filter.teamId);
  const { users, count } = await listUserRows(
    ctx.db,
    teams ?? "all",
    { query: filter.query?.trim() ?? "", teamId: filter.teamId ?? null, role: filter.role ?? "", status: filter.status ?? "", kind: filter.kind ?? "" },
    {
      orderKey: order.orderKey ?? "name",
      direction: order.direction ?? "asc",
      after: order.after ?? null,
      page: order.page ?? 0,
      perPage: order.perPage ?? null,
    },
  );
  return { users: users.map((user) => seenUser(ctx, user)), count };
}
