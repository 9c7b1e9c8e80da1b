import { randomUUID } from "node:crypto";
import type { z } from "zod";
import { BadRequestError, FlotillaError, InvalidInputError, TooManyRequestsError, UnavailableError, type FieldProblem } from "../errors";
import type { Logger } from "../log";

/** The REST API's answer to an error: Fleet's envelope and our `code`. */
export interface ErrorEnvelope {
  message: string;
  errors: { name: string; reason: string }[];
  uuid: string;
  code: string;
}

const messageOfStatus: Record<number, string> = {
  400: "Bad request",
  401: "Authentication required",
  403: "Permission Denied",
  404: "Resource Not Found",
  409: "Conflict",
  422: "Validation Failed",
};

// What the database driver and PostgreSQL say while the database is away or shutting down.
const databaseAway = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ENOENT",
  "ETIMEDOUT",
  "57P01",
  "57P02",
  "57P03",
  "53300",
  "08006",
  "08001",
  "P1001",
  "P1002",
  "P1017",
  "P2024",
]);

// The pool has no code for a request that waited in vain for a connection.
const poolExhausted = "timeout exceeded when trying to connect";

/** Turns any thrown value into the REST API's answer. What isn't one of ours is logged whole under the answer's uuid and told without its inside. */
export function errorResponse(thrown: unknown, log: Logger): Response {
  const error = asFlotillaError(thrown);
  const uuid = randomUUID();
  if (!error)
    log.error({ "error.uuid": uuid, "error.message": String(thrown), "error.stack": (thrown as Error)?.stack }, "a request ended in an unexpected error");
  else if (error.status >= 500)
    log.warn({ "error.uuid": uuid, "error.code": error.code, "error.message": error.message, "error.cause": String(error.cause ?? "") }, "a request failed");
  else
    log.debug(
      { "error.uuid": uuid, "error.code": error.code, "error.message": error.message, "error.cause": String(error.cause ?? "") },
      "a request was refused",
    );
  const headers = new Headers({ "cache-control": "no-store" });
  if (error instanceof TooManyRequestsError) headers.set("retry-after", String(error.retryAfterSeconds));
  if (error instanceof UnavailableError) headers.set("retry-after", "5");
  return Response.json(envelope(error, uuid), { status: error?.status ?? 500, headers });
}

/** Our own error behind a thrown value: itself, or unavailability when the database is away; undefined for a bug. */
export function asFlotillaError(thrown: unknown): FlotillaError | undefined {
  if (thrown instanceof FlotillaError) return thrown;
  for (let cause: unknown = thrown, depth = 0; cause && depth < 4; depth += 1) {
    const { code, message } = cause as { code?: unknown; message?: unknown };
    if ((typeof code === "string" && databaseAway.has(code)) || message === poolExhausted) {
      return new UnavailableError("database_unavailable", "The database doesn't answer. Nothing changed; try again in a few seconds.", { cause: thrown });
    }
    cause = (cause as { cause?: unknown }).cause;
  }
  return undefined;
}

function envelope(error: FlotillaError | undefined, uuid: string): ErrorEnvelope {
  if (!error) {
    const reason = `The server failed. Nothing was changed. Its log has the cause under ${uuid}.`;
    return { message: reason, errors: [{ name: "base", reason }], uuid, code: "internal_error" };
  }
  const fields = error.fields.map(({ field, reason }) => ({
    name: error.status === 422 ? field : "base",
    reason: error.status === 422 ? reason : `${field}: ${reason}`,
  }));
  return { message: messageOf(error), errors: fields.length > 0 ? fields : [{ name: "base", reason: error.message }], uuid, code: error.code };
}

function messageOf(error: FlotillaError): string {
  if (error instanceof TooManyRequestsError) return `limit exceeded, retry after: ${error.retryAfterSeconds}s`;
  if (error.code === "authentication_failed") return "Authentication failed";
  if (error.status === 409 && /(_exists|_taken)$/.test(error.code)) return "Resource Already Exists";
  return messageOfStatus[error.status] ?? error.message;
}

/** The problems zod found, as field and reason. */
export function fieldProblems(error: z.ZodError): FieldProblem[] {
  return error.issues.map((issue) => ({ field: issue.path.map(String).join(".") || "base", reason: issue.message }));
}

/**
 * Checks a request's body against its schema.
 * @throws BadRequestError `unknown_key`; InvalidInputError `invalid_input` with each field's problem
 */
export function parseBody<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const unknown = parsed.error.issues.find((issue) => issue.code === "unrecognized_keys");
  if (unknown) {
    const at = [...unknown.path.map(String), unknown.keys[0] ?? ""].join(".");
    throw new BadRequestError("unknown_key", `"${at}" isn't known here. Leave it out.`, { cause: parsed.error });
  }
  throw new InvalidInputError("invalid_input", "Some values can't be taken.", { cause: parsed.error, fields: fieldProblems(parsed.error) });
}

/**
 * Checks the query string against its schema.
 * @throws BadRequestError `bad_parameter`, naming each parameter and what it should be
 */
export function parseQuery<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new BadRequestError("bad_parameter", "A parameter can't be taken.", { cause: parsed.error, fields: fieldProblems(parsed.error) });
}
