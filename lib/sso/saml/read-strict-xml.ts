import { DOMParser } from "@xmldom/xmldom";
import { refuse } from "./saml-refusal";

/** How much of XML is taken. Metadata may have comments, because it decides nothing by its text's place; an answer may not. */
export interface XmlLimits {
  maxElements: number;
  maxDepth: number;
  comments: "refused" | "dropped";
}

/** For an answer: Entra's has about 60 elements, 8 deep, and one more for each of at most 150 groups. What is read costs time before anything is proven. */
export const answerLimits: XmlLimits = { maxElements: 1500, maxDepth: 24, comments: "refused" };

/** For metadata: Entra's has some hundred elements. */
export const metadataLimits: XmlLimits = { maxElements: 20_000, maxDepth: 24, comments: "dropped" };

const tag = /<(\/?)([\p{L}_][\p{L}\p{N}_.:-]*)((?:\s+[\p{L}_][\p{L}\p{N}_.:-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>/uy;
const attribute = /\s([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const declaration = /^<\?xml\s+version\s*=\s*["']1\.0["'](?:\s+encoding\s*=\s*["']utf-8["'])?(?:\s+standalone\s*=\s*["'](?:yes|no)["'])?\s*\?>/i;
const maxNamespaces = 400;

/**
 * Reads XML of which every character is accounted for: tags, attributes, text and the five plain entities, nothing else. What other readers pass over
 * or expand (a DTD, entities, comments, processing instructions, CDATA, relative namespaces) ends the reading, so no two readers can see different documents.
 * @throws SamlRefusal `saml_doctype`, `saml_comment`, `saml_processing_instruction`, `saml_cdata`, `saml_entity`, `saml_namespace`, `saml_too_deep`, `saml_malformed`
 */
export function readStrictXml(given: string, limits: XmlLimits): Document {
  // XML's own rule, and before everything else: the signature is over the text with its ends of line made plain.
  const text = given.replace(/\r\n?/g, "\n");
  const whole = text.replace(declaration, (found) => " ".repeat(found.length));
  const checked = limits.comments === "dropped" ? whole.replace(/<!--(?:(?!--)[^])*-->/g, "") : whole;
  checkTokens(checked, limits);
  return parse(checked);
}

function checkTokens(text: string, { maxElements, maxDepth }: XmlLimits): void {
  if (/[^\t\n\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(text)) refuse("saml_malformed", "The XML has a character that XML doesn't allow.");
  const open: string[] = [];
  let elements = 0;
  let namespaces = 0;
  for (let at = text.indexOf("<"); at >= 0; at = text.indexOf("<", at + 1)) {
    refuseSpecial(text, at);
    tag.lastIndex = at;
    const found = tag.exec(text);
    if (!found) return refuse("saml_malformed", `The XML isn't well formed near character ${at}.`);
    const [whole, closing, name = "", attributes = "", empty] = found;
    if (closing) {
      if (attributes || empty || open.pop() !== name) refuse("saml_malformed", `The XML closes "${name}" where it isn't open.`);
    } else {
      elements += 1;
      namespaces += checkAttributes(attributes);
      if (!empty) open.push(name);
    }
    if (elements > maxElements || open.length > maxDepth || namespaces > maxNamespaces)
      refuse("saml_too_deep", "The XML nests or repeats more than an answer ever does.");
    at += whole.length - 1;
  }
  if (open.length > 0 || elements === 0) refuse("saml_malformed", "The XML isn't whole.");
  checkEntities(text);
}

function refuseSpecial(text: string, at: number): void {
  if (text.startsWith("<!--", at)) refuse("saml_comment", "The XML has a comment. Readers differ on text around comments, so none is taken.");
  if (text.startsWith("<![CDATA[", at)) refuse("saml_cdata", "The XML has a CDATA section. Identity providers don't send any.");
  if (text.startsWith("<!", at)) refuse("saml_doctype", "The XML has a DTD or an entity of its own. Neither is taken.");
  if (text.startsWith("<?", at)) refuse("saml_processing_instruction", "The XML has a processing instruction. None is taken.");
}

function checkEntities(text: string): void {
  for (const [reference] of text.matchAll(/&[^;<&]{0,12};?/g)) {
    if (!/^&(?:lt|gt|amp|quot|apos|#[0-9]{1,7}|#x[0-9a-f]{1,6});$/i.test(reference))
      refuse("saml_entity", "The XML uses an entity that isn't one of XML's own five.");
  }
}

/** Counts the namespaces that a tag declares. A relative one makes some canonicalisers give up and sign nothing. */
function checkAttributes(attributes: string): number {
  const names = new Set<string>();
  let namespaces = 0;
  for (const [, name = "", double, single] of attributes.matchAll(attribute)) {
    if (names.has(name)) refuse("saml_malformed", `The XML gives the attribute "${name}" twice.`);
    names.add(name);
    if (name !== "xmlns" && !name.startsWith("xmlns:")) continue;
    namespaces += 1;
    if (!/^(?:https?:\/\/|urn:)[^\s&]+$/.test(double ?? single ?? "")) refuse("saml_namespace", "The XML declares a namespace that isn't a whole address.");
  }
  return namespaces;
}

function parse(text: string): Document {
  const fail = (message: string): never => refuse("saml_malformed", "The XML isn't well formed.", message);
  const parser = new DOMParser({ locator: {}, errorHandler: { warning: fail, error: fail, fatalError: fail } });
  const document = parser.parseFromString(text.trim(), "text/xml") as Document | undefined;
  const children = Array.from(document?.childNodes ?? []);
  if (!document?.documentElement || children.length !== 1) return refuse("saml_malformed", "The XML must have exactly one root element.");
  return document;
}
