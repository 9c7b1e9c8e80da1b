import { askMicrosoft } from "./ask-microsoft";
import { SignInProblem, type SignInProblemCode } from "./sign-in-problem";

/** A code that came back from Microsoft, with what proves that it is ours. */
export interface CodeExchange {
  tokenEndpoint: string;
  clientId: string;
  clientSecret: string;
  redirectUri: string;
  code: string;
  codeVerifier: string;
}

const meanings: Record<string, SignInProblemCode> = { "7000215": "secret_wrong", "7000222": "secret_expired" };

/**
 * Exchanges a code for an id token. Other tokens of the answer are dropped here: this product calls nothing in the person's name.
 * @throws SignInProblem `secret_wrong`, `secret_expired`, `code_refused`, `token_missing`, `microsoft_unreachable`, `microsoft_unreadable`
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#redeem-a-code-for-an-access-token
 */
export async function exchangeCode({ tokenEndpoint, clientId, clientSecret, redirectUri, code, codeVerifier }: CodeExchange): Promise<string> {
  const { status, body } = await askMicrosoft(tokenEndpoint, {
    grant_type: "authorization_code",
    client_id: clientId,
    client_secret: clientSecret,
    redirect_uri: redirectUri,
    code,
    code_verifier: codeVerifier,
  });
  if (status !== 200 || body.error !== undefined) {
    const description = typeof body.error_description === "string" ? body.error_description : "";
    const number = entraErrorNumber(description);
    throw new SignInProblem(meanings[number] ?? "code_refused", [body.error, number && `AADSTS${number}`, `HTTP ${status}`].filter(Boolean).join(", "));
  }
  if (typeof body.id_token !== "string" || body.id_token === "") throw new SignInProblem("token_missing");
  return body.id_token;
}

/** The number in Entra's "AADSTS50105: …", or "". The rest of such a text names people and isn't kept. */
export function entraErrorNumber(description: string): string {
  return /AADSTS(\d{4,8})/.exec(description)?.[1] ?? "";
}
