import { apiError, type Exchange, type Reply } from "./exchange";
import type { SimulatedUser } from "./simulated-types";

/** "Resource not found for the segment", Graph's answer to a path it doesn't have. */
export function notFound(exchange: Exchange): Reply {
  return apiError(exchange, 404, "Request_ResourceNotFound", `Resource not found for the segment '${exchange.path}'.`);
}

/** A person as Graph shows them. */
export function userEntity(user: SimulatedUser): Record<string, unknown> {
  return {
    id: user.id,
    userPrincipalName: user.userPrincipalName,
    displayName: user.displayName,
    mail: user.userPrincipalName,
    accountEnabled: user.accountEnabled,
  };
}
