import { randomBytes } from "node:crypto";
import { SAML } from "@node-saml/node-saml";
import type { IdpMetadata } from "./metadata";
import type { ServiceProvider } from "./service-provider";

/** A request to an identity provider: its id, and the address that carries it there. */
export interface AuthnRequest {
  requestId: string;
  url: string;
}

/** Asks an identity provider to sign somebody in and to name them by mail: HTTP-Redirect, unsigned, without RelayState. */
export async function buildAuthnRequest(idp: IdpMetadata, { entityId, acsUrl }: ServiceProvider): Promise<AuthnRequest> {
  const requestId = `_${randomBytes(20).toString("hex")}`; // Entra refuses an id that begins with a digit
  const saml = new SAML({
    issuer: entityId,
    callbackUrl: acsUrl,
    entryPoint: idp.signInUrl,
    idpCert: idp.keys.map(({ pem }) => pem),
    identifierFormat: "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
    providerName: "Flotilla",
    disableRequestedAuthnContext: true,
    generateUniqueId: () => requestId,
  });
  return { requestId, url: await saml.getAuthorizeUrlAsync("", undefined, {}) };
}
