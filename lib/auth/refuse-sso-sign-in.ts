import { randomInt } from "node:crypto";
import { recordActivity } from "../activities/record-activity";
import type { Context } from "../context";

/** What the browser is told of a refused sign-in, beside the reference. */
export type SsoStatus = "org_disabled" | "account_invalid" | "account_disabled" | "error";

/** Why a sign-in is refused. `code` and `reason` are for admins alone; `reason` says what to do. */
export interface SsoRefusal {
  method: "oidc" | "saml";
  directoryId: number | null;
  /** What the directory or identity provider is called here, if it is known. */
  directoryName?: string;
  /** Whom the answer named, if it could be believed. */
  email?: string;
  userId?: number;
  status: SsoStatus;
  code: string;
  reason: string;
}

/** A refused sign-in: the code for the browser, and the reference by which an admin finds the reason. */
export interface SsoRefused {
  kind: "refused";
  code: SsoStatus;
  reference: string;
}

// Without letters and digits that people mistake for each other on the phone.
const alphabet = "23456789ABCDEFGHJKMNPQRSTVWXYZ";

/** Writes down why somebody's single sign-on was refused, under a reference of eight characters, and gives what the browser may know of it. */
export async function refuseSsoSignIn(ctx: Context, refusal: SsoRefusal): Promise<SsoRefused> {
  const reference = Array.from({ length: 8 }, () => alphabet[randomInt(alphabet.length)]).join("");
  const { status, code, reason, method } = refusal;
  await recordActivity(ctx, {
    type: "user_failed_login",
    details: {
      email: (refusal.email ?? "").slice(0, 254),
      public_ip: ctx.actor.kind === "nobody" ? (ctx.actor.address ?? "") : "",
      sign_in_method: method,
      ...(refusal.directoryId !== null && { directory_id: refusal.directoryId }),
      ...(refusal.directoryName && { directory_name: refusal.directoryName }),
      ...(refusal.userId !== undefined && { user_id: refusal.userId }),
      status,
      code,
      reason: reason.slice(0, 1000),
      reference,
    },
  });
  ctx.log.info({ "sign_in.method": method, "sign_in.code": code, "sign_in.reference": reference }, "a sign-in was refused");
  return { kind: "refused", code: status, reference };
}
