import { NotFoundError } from "@/lib/errors";

/** What a missing report, and one out of the caller's sight, both look like. */
export function reportNotFound(reportId: string): NotFoundError {
  return new NotFoundError("report_not_found", `Report ${reportId} was not found.`);
}
