/** A certificate with which the identity provider signs. `sha256` in hex; times in ISO. */
export interface SigningKey {
  pem: string;
  sha256: string;
  subject: string;
  notBefore: string;
  notAfter: string;
}

/** What the identity provider's metadata says that counts here: who it is, where people are sent, and what it signs with. */
export interface IdpMetadata {
  entityId: string;
  signInUrl: string;
  keys: readonly SigningKey[];
}
