import { checkAnswer, type AnswerExpectations, type SamlIdentity } from "./check-answer";
import { checkStructure } from "./check-structure";
import { decodeAnswer } from "./decode-answer";
import type { SigningKey } from "./metadata";
import { answerLimits, readStrictXml } from "./read-strict-xml";
import { verifySignatures } from "./verify-signatures";

/**
 * Reads a SAMLResponse and believes it or not. Five steps, each on what the one before left standing: the characters, the shape, the signatures
 * (node-saml, with the metadata's keys alone), the signed bytes read anew, what they say.
 * @throws SamlRefusal with a code that says which step, and why
 */
export function validateResponse(encoded: string, keys: readonly SigningKey[], expected: AnswerExpectations): SamlIdentity {
  const xml = decodeAnswer(encoded).replace(/\r\n?/g, "\n").trim();
  const shape = checkStructure(readStrictXml(xml, answerLimits));
  return checkAnswer(verifySignatures(xml, shape, keys), shape.response, expected);
}
