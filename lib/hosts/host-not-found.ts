import { NotFoundError } from "@/lib/errors";

/** What a missing host, and one out of the caller's sight, both look like. */
export function hostNotFound(hostId: number): NotFoundError {
  return new NotFoundError("host_not_found", `Host ${hostId} was not found. It may have been deleted.`);
}
