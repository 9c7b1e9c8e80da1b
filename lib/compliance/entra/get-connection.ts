import { authorize } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import { NotFoundError } from "@/lib/errors";
import type { Connection } from "./connection";
import { findConnectionRow } from "./connection-queries";

/**
 * A connection without its credential.
 * @throws ForbiddenError `permission_denied`; NotFoundError `connection_not_found`
 */
export async function getConnection(ctx: Context, connectionId: number): Promise<Connection> {
  authorize(ctx, "connection:read");
  const connection = await findConnectionRow(ctx.db, connectionId);
  if (!connection) throw new NotFoundError("connection_not_found", "This connection no longer exists. Connect the tenant again.");
  return connection;
}
