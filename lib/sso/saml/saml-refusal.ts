import { ForbiddenError } from "../../errors";

/** Why a SAML answer isn't believed. The browser is told only `error` and a reference; an admin finds the code and the sentence in the activities. */
export class SamlRefusal extends ForbiddenError {}

/**
 * Ends the reading of an answer.
 * @throws SamlRefusal with `code` and a sentence for the admin
 */
export function refuse(code: string, message: string, cause?: unknown): never {
  throw new SamlRefusal(code, message, { cause });
}
