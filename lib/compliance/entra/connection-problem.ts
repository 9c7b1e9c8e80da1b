import { UpstreamError } from "@/lib/errors";
import type { ConnectionErrorCode } from "./connection-state";
import { MicrosoftError } from "./microsoft-error";

/** Microsoft answered, and the answer means that this connection can't go on as it is. `details` are safe to store and to show. */
export class ConnectionProblem extends UpstreamError {
  constructor(
    readonly problem: ConnectionErrorCode,
    message: string,
    readonly details: Record<string, unknown> = {},
    cause?: unknown,
  ) {
    super(problem, message, { cause });
  }
}

/** Code and details of whatever went wrong between us and Microsoft; anything else isn't ours to explain and is thrown on. */
export function describeProblem(error: unknown): { code: ConnectionErrorCode; message: string; details: Record<string, unknown> } {
  if (error instanceof ConnectionProblem) return { code: error.problem, message: error.message, details: error.details };
  if (error instanceof MicrosoftError) return { code: error.code as ConnectionErrorCode, message: error.message, details: error.details };
  throw error;
}
