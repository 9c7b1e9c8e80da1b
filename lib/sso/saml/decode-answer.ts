import { refuse } from "./saml-refusal";

/** The most that an answer may have, decoded: Entra's have about 8 KiB, with many groups some 20. */
export const maxAnswerBytes = 256 * 1024;

/**
 * The XML of a SAMLResponse parameter.
 * @throws SamlRefusal `saml_too_large`, `saml_not_base64`, `saml_not_utf8`
 */
export function decodeAnswer(encoded: string): string {
  const compact = encoded.replace(/[\r\n]/g, "");
  if (compact.length > Math.ceil(maxAnswerBytes / 3) * 4) refuse("saml_too_large", "The answer is larger than 256 KiB.");
  if (compact === "" || compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) refuse("saml_not_base64", "The answer isn't base64.");
  const bytes = Buffer.from(compact, "base64");
  if (bytes.toString("base64") !== compact) refuse("saml_not_base64", "The answer isn't base64 as it is written by everybody.");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    return refuse("saml_not_utf8", "The answer isn't text in UTF-8. A compressed answer can't be read here.", cause);
  }
}
