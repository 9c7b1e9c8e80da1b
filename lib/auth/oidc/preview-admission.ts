import type { Context } from "../../context";
import { dryRun } from "../../db/dry-run";
import { pretendDirectoryOn } from "../../sso/oidc/pretend-directory-on";
import type { SsoIdentity } from "../../sso/sso-identity";
import { admitSsoUser } from "../admit-sso-user";
import type { User } from "../users/user";
import { findRefusalReason } from "./refusal-queries";

/** What a sign-in of this person through this directory would do if it were on, as a sentence. Nothing of it is kept. */
export function previewAdmission(ctx: Context, directoryId: number, identity: SsoIdentity): Promise<{ admitted: boolean; text: string }> {
  return dryRun(ctx, async (tx) => {
    await pretendDirectoryOn(tx, directoryId);
    const admission = await admitSsoUser({ ...tx, actor: { kind: "nobody", address: addressOf(ctx) } }, identity);
    if (admission.kind === "refused") return { admitted: false, text: await findRefusalReason(tx.db, admission.reference) };
    const { name, email } = admission.user;
    return { admitted: true, text: `${email === identity.email ? name : `${name} (${email})`}, ${rolesOf(admission.user)}` };
  });
}

function rolesOf({ globalRole, teamRoles }: Pick<User, "globalRole" | "teamRoles">): string {
  if (globalRole !== "none") return globalRole.replace("_", " ");
  if (teamRoles.length === 0) return "without a role, so they would see nothing";
  return teamRoles.map(({ role, teamName }) => `${role.replace("_", " ")} of ${teamName}`).join(", ");
}

function addressOf({ actor }: Context): string {
  return actor.kind === "user" || actor.kind === "nobody" ? (actor.address ?? "") : "";
}
