/** Why an answer of Microsoft doesn't sign anybody in, by code, in words for an admin. The person who signs in is told none of this. */
export const signInProblems = {
  sign_in_unknown: "The answer belongs to no sign-in of this browser. It took longer than 15 minutes, cookies are blocked, or somebody else's link was opened.",
  state_wrong: "The answer belongs to another sign-in than the one this browser began.",
  answer_repeated: "This answer was used before.",
  answer_unclear: "The answer names something twice or leaves it out.",
  microsoft_refused: "Microsoft ended the sign-in with an error.",
  code_refused: "Microsoft didn't take the code of this sign-in.",
  secret_wrong: "Microsoft doesn't know the client secret. Copy the secret's value, not its id, into the directory's settings.",
  secret_expired: "The client secret has expired. Make a new one in Entra and put it into the directory's settings.",
  microsoft_unreachable: "Microsoft's sign-in service didn't answer.",
  microsoft_unreadable: "Microsoft's sign-in service gave an answer that can't be read.",
  token_missing: "Microsoft's answer holds no id token.",
  token_malformed: "The id token can't be read.",
  token_algorithm: "The id token isn't signed with RS256.",
  key_unknown: "The id token names a signing key that Microsoft doesn't publish for this tenant.",
  signature_wrong: "The id token's signature is wrong.",
  issuer_wrong: "The id token comes from another issuer than this directory's.",
  audience_wrong: "The id token was made for another app.",
  nonce_wrong: "The id token belongs to another sign-in.",
  token_expired: "The id token has expired. Check this server's clock.",
  token_early: "The id token isn't valid yet. Check this server's clock.",
  token_time: "The id token's times can't be right.",
  tenant_missing: "The id token names no tenant (tid).",
  tenant_wrong: "The person comes from another tenant than this directory's.",
  object_id_missing: "The id token names no person (oid).",
  claims_malformed: "A claim of the id token has the wrong form.",
  directory_off: "Sign-in through this directory is off.",
  directory_changed: "The directory's settings were changed while this sign-in was under way.",
  session_other: "Another browser session began this trial.",
  internal_error: "The server failed. Its log has the cause.",
} as const;

/** A code of `signInProblems`. */
export type SignInProblemCode = keyof typeof signInProblems;

/** An answer that signs nobody in. `detail`: what Microsoft or the token said, without secrets. */
export class SignInProblem extends Error {
  readonly code: SignInProblemCode;
  readonly detail: string;

  constructor(code: SignInProblemCode, detail = "", cause?: unknown) {
    super(signInProblems[code], { cause });
    this.name = "SignInProblem";
    this.code = code;
    this.detail = detail.slice(0, 300);
  }
}
