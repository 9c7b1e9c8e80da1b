import { authorize } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import { searchGroups, type EntraGroup } from "./entra-groups";
import { getConnection } from "./get-connection";

/**
 * Security groups of the tenant whose name begins with `beginning`, at most 20, for the picker.
 * @throws ForbiddenError `permission_denied`; NotFoundError `connection_not_found`; MicrosoftError
 */
export async function listGroups(ctx: Context, connectionId: number, beginning: string): Promise<EntraGroup[]> {
  authorize(ctx, "connection:write");
  return searchGroups(ctx, await getConnection(ctx, connectionId), beginning);
}
