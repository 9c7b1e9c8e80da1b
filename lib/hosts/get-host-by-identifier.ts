import { authorizeList } from "@/lib/authorize";
import type { SqlContext } from "@/lib/context";
import { NotFoundError } from "@/lib/errors";
import { hashToken } from "@/lib/secret-box";
import { getHost, type HostDetail } from "./get-host";
import { findHostIdByIdentifier } from "./host-detail-queries";

/**
 * The host, among those that the caller may see, that answers to a hardware UUID, serial, host name or node key.
 * @throws NotFoundError `host_not_found`; UnauthenticatedError, ForbiddenError
 */
export async function getHostByIdentifier(ctx: SqlContext, identifier: string): Promise<HostDetail> {
  const teamIds = authorizeList(ctx, "host:read");
  const hostId = await findHostIdByIdentifier(ctx.sql, identifier, hashToken(identifier), teamIds);
  if (hostId === null) throw new NotFoundError("host_not_found", `No host answers to "${identifier}". Use its UUID, serial or host name.`);
  return getHost(ctx, hostId);
}
