import type { ConnectionErrorCode } from "./connection-state";

interface TokenErrorHint {
  code: ConnectionErrorCode;
  message: string;
  /** `AADSTS…`, or empty. */
  microsoftCode: string;
}

const hints: Record<string, { code: ConnectionErrorCode; message: string }> = {
  "700016": { code: "app_not_in_tenant", message: "The app isn't in this tenant: consent is missing, or it is another tenant. Give consent again." },
  "90002": { code: "invalid_tenant", message: "Microsoft doesn't find this tenant. Check its id, and that the right cloud is chosen." },
  "7000215": {
    code: "credential_invalid",
    message: "Microsoft says the client secret is wrong. Often the secret's id was pasted instead of its value. Add the right one.",
  },
  "7000222": { code: "credential_expired", message: "The client secret has expired. Reports wait and access stays as it was. Add a new secret." },
  "700027": { code: "credential_invalid", message: "Microsoft doesn't know this certificate. Add it to the app registration, or use another one here." },
  "700024": { code: "credential_invalid", message: "Microsoft finds our signed times out of range. Check this server's clock." },
  "65001": { code: "app_not_in_tenant", message: "Consent is missing in this tenant. Give consent again." },
  "65004": { code: "consent_declined", message: "Consent was declined in this tenant. Give consent again." },
};

/**
 * What to tell an admin about a refusal of the token endpoint. Microsoft may change its codes, so this only ever chooses words.
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
export function tokenErrorHint(text: string): TokenErrorHint {
  const number = /AADSTS(\d+)/.exec(text)?.[1] ?? "";
  const microsoftCode = number && `AADSTS${number}`;
  const known = hints[number];
  if (known) return { ...known, microsoftCode };
  return {
    code: "credential_invalid",
    message: "Microsoft didn't accept this app's credential. Check the application id and the secret or certificate.",
    microsoftCode,
  };
}
