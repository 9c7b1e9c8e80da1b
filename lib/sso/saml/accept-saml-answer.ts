import type { Context } from "../../context";
import { ConflictError } from "../../errors";
import { hashToken } from "../../secret-box";
import type { SsoIdentity } from "../sso-identity";
import type { SamlIdentity } from "./check-answer";
import { findIdpMetadata } from "./find-idp-metadata";
import { readIdentity } from "./read-identity";
import { refuse, SamlRefusal } from "./saml-refusal";
import { getSamlSettingsRow, insertSamlAssertion, takeSamlRequest } from "./saml-queries";
import { serviceProvider } from "./service-provider";
import { validateResponse } from "./validate-response";

/** An answer as the browser brought it: each value of SAMLResponse, and the token of its cookie, if it has one. */
export interface BroughtAnswer {
  answers: readonly string[];
  token: string | undefined;
}

/** Who an answer names, and where in this server they wanted to go. */
export interface AcceptedAnswer {
  identity: SsoIdentity;
  returnPath: string;
}

const keyProblems = new Set(["saml_key_unknown", "saml_signature_invalid"]);

/**
 * Takes an identity provider's answer in: the browser's sign-in under way is used up first, whatever follows; then the answer is validated; then its
 * assertion is spent, for both ways to begin. For nobody yet: it asks for no permission.
 * @throws ConflictError `sso_off`; SamlRefusal; UpstreamError `metadata_missing`
 */
export async function acceptSamlAnswer(ctx: Context, { answers, token }: BroughtAnswer): Promise<AcceptedAnswer> {
  const underWay = token ? await takeSamlRequest(ctx.db, hashToken(token), ctx.now()) : null;
  const settings = await getSamlSettingsRow(ctx.db);
  if (!settings.enabled) throw new ConflictError("sso_off", "SAML is switched off in Settings → Integrations → Single sign-on.");
  const [encoded, ...more] = answers;
  if (encoded === undefined || more.length > 0) return refuse("saml_parameters", "The answer must have exactly one SAMLResponse.");
  const { entityId, baseUrl, acsUrl } = serviceProvider(settings);
  const expected = {
    acsUrl,
    audiences: [entityId, baseUrl, acsUrl],
    requestId: underWay?.requestId ?? null,
    idpInitiatedAllowed: settings.idpInitiated,
    now: ctx.now(),
  };
  const answer = await validateWithFreshKeys(ctx, encoded, expected);
  const { issuer, assertionId, spentUntil: expiresAt } = answer;
  if (!(await insertSamlAssertion(ctx.db, { issuer, assertionId, expiresAt }, ctx.now()))) refuse("saml_replayed", "This answer was used before.");
  return { identity: readIdentity(answer), returnPath: answer.idpInitiated ? "/" : (underWay?.returnPath ?? "/") };
}

/** Validates; an answer signed with an unknown key is tried once more, when the metadata fetched anew brings other keys. */
async function validateWithFreshKeys(
  ctx: Context,
  encoded: string,
  expected: Omit<Parameters<typeof validateResponse>[2], "idpEntityId">,
): Promise<SamlIdentity> {
  const idp = await findIdpMetadata(ctx);
  try {
    return validateResponse(encoded, idp.keys, { ...expected, idpEntityId: idp.entityId });
  } catch (error) {
    if (!(error instanceof SamlRefusal) || !keyProblems.has(error.code)) throw error;
    const anew = await findIdpMetadata(ctx, { refresh: true });
    if (sameKeys(anew.keys, idp.keys)) throw error;
    return validateResponse(encoded, anew.keys, { ...expected, idpEntityId: anew.entityId });
  }
}

function sameKeys(left: readonly { sha256: string }[], right: readonly { sha256: string }[]): boolean {
  return left.map(({ sha256 }) => sha256).join() === right.map(({ sha256 }) => sha256).join();
}
