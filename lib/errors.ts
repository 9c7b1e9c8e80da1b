/** Where a problem lies in what the caller sent: the field's path, and what was expected there. */
export interface FieldProblem {
  field: string;
  reason: string;
}

/** The parent of every error that an edge turns into an answer: `code` is the contract, `message` is for a person, `cause` for the log. */
export abstract class FlotillaError extends Error {
  abstract readonly status: number;
  readonly code: string;
  readonly fields: FieldProblem[];
  /** What a page's error face gets to see of an error thrown while it was drawn; everything else stays on the server. */
  readonly digest: string;

  constructor(code: string, message: string, options: { cause?: unknown; fields?: FieldProblem[] } = {}) {
    super(message, { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.digest = code;
    this.fields = options.fields ?? [];
  }
}

/** The request can't be read at all: not JSON, an unknown key, a parameter of the wrong kind. */
export class BadRequestError extends FlotillaError {
  readonly status = 400;
}

/** The request reads well, but a value in it can't be taken; `fields` says which. */
export class InvalidInputError extends FlotillaError {
  readonly status = 422;
}

/** Nobody is signed in, or the credential isn't known. */
export class UnauthenticatedError extends FlotillaError {
  readonly status = 401;
}

/** The caller is known and may not do this. */
export class ForbiddenError extends FlotillaError {
  readonly status = 403;
}

/** The thing doesn't exist, or not for this caller. */
export class NotFoundError extends FlotillaError {
  readonly status = 404;
}

/** The thing exists already, or is in a state that doesn't allow this. */
export class ConflictError extends FlotillaError {
  readonly status = 409;
}

/** Too many requests; `retryAfterSeconds` says when the next one is taken. */
export class TooManyRequestsError extends FlotillaError {
  readonly status = 429;
  constructor(
    code: string,
    message: string,
    readonly retryAfterSeconds: number,
  ) {
    super(code, message);
  }
}

/** Somebody else's service failed us: Microsoft, a database, a file system. */
export class UpstreamError extends FlotillaError {
  readonly status = 502;
}

/** We can't serve now, but will again: the agent or client should come back. */
export class UnavailableError extends FlotillaError {
  readonly status = 503;
}

/** The start can't go on; the message is one plain sentence with the remedy and is all that the operator sees. */
export class StartupError extends FlotillaError {
  readonly status = 500;
}
