import { refuse } from "./saml-refusal";

/** The namespaces that decide. */
export const ns = {
  protocol: "urn:oasis:names:tc:SAML:2.0:protocol",
  assertion: "urn:oasis:names:tc:SAML:2.0:assertion",
  metadata: "urn:oasis:names:tc:SAML:2.0:metadata",
  signature: "http://www.w3.org/2000/09/xmldsig#",
} as const;

const elementNode = 1;
const textNode = 3;

/** Every element of a document or below an element, itself included, in order. */
export function allElements(root: Document | Element): Element[] {
  const start = "documentElement" in root ? root.documentElement : root;
  const found: Element[] = [];
  const waiting: Element[] = [start];
  for (let element = waiting.pop(); element; element = waiting.pop()) {
    found.push(element);
    waiting.push(...childElements(element).toReversed());
  }
  return found;
}

/** The elements directly below one. */
export function childElements(parent: Element): Element[] {
  return Array.from(parent.childNodes).filter((node): node is Element => node.nodeType === elementNode);
}

/** The elements of this name directly below one. */
export function childrenNamed(parent: Element, namespace: string, name: string): Element[] {
  return childElements(parent).filter((element) => element.namespaceURI === namespace && element.localName === name);
}

/**
 * The only element of this name directly below one.
 * @throws SamlRefusal with `code` when there is none, or more than one
 */
export function onlyChild(parent: Element, namespace: string, name: string, code: string): Element {
  const [found, ...more] = childrenNamed(parent, namespace, name);
  if (!found || more.length > 0) return refuse(code, `The answer must have exactly one ${name} in its ${parent.localName}.`);
  return found;
}

/** An attribute without a prefix, or undefined when it is absent. */
export function attributeOf(element: Element, name: string): string | undefined {
  return element.hasAttribute(name) ? (element.getAttribute(name) ?? undefined) : undefined;
}

/**
 * The text of an element that has nothing but text, without the space around it.
 * @throws SamlRefusal with `code` when something else stands in it
 */
export function plainText(element: Element, code: string): string {
  const nodes = Array.from(element.childNodes);
  if (nodes.some((node) => node.nodeType !== textNode)) return refuse(code, `The ${element.localName} must hold plain text alone.`);
  return nodes
    .map((node) => node.nodeValue ?? "")
    .join("")
    .trim();
}
