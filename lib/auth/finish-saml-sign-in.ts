import type { Context } from "../context";
import { FlotillaError } from "../errors";
import { acceptSamlAnswer, type AcceptedAnswer, type BroughtAnswer } from "../sso/saml/accept-saml-answer";
import { admitSsoUser } from "./admit-sso-user";
import { localPath } from "./local-path";
import { refuseSsoSignIn, type SsoRefused } from "./refuse-sso-sign-in";
import { startSession, type NewSession } from "./start-session";

/** A person signed in, with a session to hand to the browser and the path to go on to; or a refusal that was written down. */
export type FinishedSamlSignIn = { kind: "signed_in"; session: NewSession; path: string } | SsoRefused;

/**
 * Turns an identity provider's answer into a session. Whatever is wrong with it is written down for admins under a reference, and the browser learns one of four codes.
 * @throws UnavailableError while the database is away; nothing else that an answer can cause
 */
export async function finishSamlSignIn(ctx: Context, brought: BroughtAnswer, from: { userAgent: string; address: string }): Promise<FinishedSamlSignIn> {
  const accepted = await acceptOrRefuse(ctx, brought);
  if ("kind" in accepted) return accepted;
  const admission = await admitSsoUser(ctx, accepted.identity);
  if (admission.kind === "refused") return admission;
  const session = await startSession(ctx, admission.user.id, { kind: "browser", ...from });
  return { kind: "signed_in", session, path: localPath(accepted.returnPath) };
}

async function acceptOrRefuse(ctx: Context, brought: BroughtAnswer): Promise<AcceptedAnswer | SsoRefused> {
  try {
    return await acceptSamlAnswer(ctx, brought);
  } catch (error) {
    if (!(error instanceof FlotillaError) || error.status === 503) throw error;
    const status = error.code === "sso_off" ? "org_disabled" : "error";
    return refuseSsoSignIn(ctx, { method: "saml", directoryId: null, status, code: error.code, reason: error.message });
  }
}
