import { issuerOf } from "./saml-answer";
import type { SamlSigningKey } from "./saml-signing-key";

/** Metadata as Entra publishes it for an app: the WS-Federation descriptors first, then the SAML one, each with every signing certificate. */
export function writeFederationMetadata({ tenantId, signInUrl, keys }: { tenantId: string; signInUrl: string; keys: readonly SamlSigningKey[] }): string {
  const descriptors = keys
    .map(
      ({ certificate }) =>
        `<KeyDescriptor use="signing"><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data><X509Certificate>${certificate}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>`,
    )
    .join("");
  const federation = (type: string) =>
    `<RoleDescriptor xsi:type="fed:${type}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" protocolSupportEnumeration="http://docs.oasis-open.org/wsfed/federation/200706" xmlns:fed="http://docs.oasis-open.org/wsfed/federation/200706">` +
    `${descriptors}<fed:ClaimTypesOffered><auth:ClaimType Uri="http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name" xmlns:auth="http://docs.oasis-open.org/wsfed/authorization/200706"><auth:DisplayName>Name</auth:DisplayName></auth:ClaimType></fed:ClaimTypesOffered></RoleDescriptor>`;
  return (
    `<?xml version="1.0" encoding="utf-8"?><EntityDescriptor ID="_6f0d4a52-6b65-4f0c-9d0e-2d3a8b8d3f10" entityID="${issuerOf(tenantId)}" xmlns="urn:oasis:names:tc:SAML:2.0:metadata">` +
    `${federation("SecurityTokenServiceType")}${federation("ApplicationServiceType")}` +
    `<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">${descriptors}` +
    `<SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${signInUrl}"/>` +
    `<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="${signInUrl}"/>` +
    `<SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${signInUrl}"/>` +
    `</IDPSSODescriptor></EntityDescriptor>`
  );
}
