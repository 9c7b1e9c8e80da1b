import type { Context } from "../../context";
import { equalSecrets, hashToken } from "../../secret-box";
import { exchangeCode } from "./exchange-code";
import type { SignInDirectory } from "./find-sign-in-directory";
import { readEntraClaims, type EntraIdentity } from "./read-entra-claims";
import { SignInProblem } from "./sign-in-problem";
import { useStateOnce } from "./used-state-queries";
import { verifyIdToken } from "./verify-id-token";

/** Longer than a sign-in can last: until then a used state is remembered. */
const rememberMs = 30 * 60_000;

/** What came back from Microsoft, and what this browser kept from when it set out. */
export interface OidcAnswer {
  code: string | undefined;
  state: string | undefined;
  redirectUri: string;
  kept: { state?: string; nonce?: string; codeVerifier?: string };
}

/**
 * Turns Microsoft's answer into a person: the state is this browser's and used once, the code is exchanged with its verifier, and the id token
 * and its claims hold for this directory.
 * @throws SignInProblem, a code for each check that failed
 */
export async function acceptAnswer(ctx: Context, directory: SignInDirectory, { code, state, redirectUri, kept }: OidcAnswer): Promise<EntraIdentity> {
  if (!kept.state || !kept.nonce || !kept.codeVerifier) throw new SignInProblem("sign_in_unknown");
  if (!state || !equalSecrets(state, kept.state)) throw new SignInProblem("state_wrong");
  if (!code) throw new SignInProblem("answer_unclear", "no code");
  const isFirst = await useStateOnce(ctx.db, directory.issuer, hashToken(state), ctx.now(), new Date(ctx.now().getTime() + rememberMs));
  if (!isFirst) throw new SignInProblem("answer_repeated");
  const { clientId, clientSecret, endpoints, issuer } = directory;
  const idToken = await exchangeCode({ tokenEndpoint: endpoints.token, clientId, clientSecret, redirectUri, code, codeVerifier: kept.codeVerifier });
  const claims = await verifyIdToken(idToken, { keysEndpoint: endpoints.keys, issuer, clientId, nonce: kept.nonce, now: ctx.now() });
  return readEntraClaims(claims, { directoryId: directory.id, issuer, clientId, tenantId: directory.tenantId });
}
