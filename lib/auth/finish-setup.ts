import { recordActivity } from "../activities/record-activity";
import type { Context } from "../context";
import { inTransaction } from "../db/transaction";
import { ForbiddenError, NotFoundError } from "../errors";
import { hashToken, randomToken, sealSecret } from "../secret-box";
import { finishOrganisationSetup, insertFirstEnrollSecret, lockOrganisationRow, type OrganisationRow } from "./organisation-queries";
import { hashPassword } from "./password-hash";
import { isSetupToken } from "./setup-token";
import { insertUser, type UserRow } from "./user-queries";

/** What the first run settles. `token` null: the operator's environment asks for it, no token needed. */
export interface FirstRun {
  token: string | null;
  organisationName: string;
  publicUrl: string;
  admin: { name: string; email: string; password: string };
}

/** The first admin, and the secret that admits the first hosts. */
export interface FinishedSetup {
  organisation: Pick<OrganisationRow, "name" | "publicUrl">;
  admin: UserRow;
  enrollSecret: string;
}

/** The purpose that enroll secrets are sealed for. */
export const enrollSecretPurpose = "enroll_secret";

/**
 * Does the first run, once: organisation, public address, first admin, first enroll secret.
 * @throws NotFoundError `already_set_up`; ForbiddenError `setup_token_wrong`
 */
export async function finishSetup(ctx: Context, run: FirstRun): Promise<FinishedSetup> {
  const passwordHash = await hashPassword(run.admin.password);
  return inTransaction(ctx, async (tx) => {
    const row = await lockOrganisationRow(tx.db);
    if (row.setUpAt) throw new NotFoundError("already_set_up", "This server is set up already. Sign in instead.");
    if (run.token !== null && !isSetupToken(row.setupTokenHash, run.token)) {
      throw new ForbiddenError(
        "setup_token_wrong",
        "This setup token isn't the one the server printed. Take the line from its console, or restart it for a new one.",
      );
    }
    const organisation = { name: run.organisationName, publicUrl: run.publicUrl };
    await finishOrganisationSetup(tx.db, { ...organisation, setUpAt: tx.now() });
    const admin = await insertUser(tx.db, { email: run.admin.email, name: run.admin.name, passwordHash, globalRole: "admin" });
    const enrollSecret = randomToken(24);
    await insertFirstEnrollSecret(tx.db, hashToken(enrollSecret), sealSecret(enrollSecret, enrollSecretPurpose));
    await recordActivity(tx, { type: "finished_setup", details: { organisation: run.organisationName, admin_email: admin.email } });
    return { organisation, admin, enrollSecret };
  });
}
