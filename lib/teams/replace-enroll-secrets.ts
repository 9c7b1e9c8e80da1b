import { recordActivity } from "../activities/record-activity";
import { authorize } from "../authorize";
import type { Context } from "../context";
import { inTransaction } from "../db/transaction";
import { authorizeTeam } from "./authorize-team";
import { deleteEnrollSecretRowsExcept, insertEnrollSecretRows, listEnrollSecretRows } from "./enroll-secret-queries";
import { readEnrollSecrets, type EnrollSecret } from "./enroll-secrets";
import { lockTeamRow } from "./team-queries";

/**
 * Makes exactly these the secrets of a team; null, or 0, means the global ones. Secrets that stay keep their date. Hosts that enrolled stay enrolled.
 * @throws InvalidInputError `enroll_secret_invalid`; ConflictError `enroll_secret_in_use`; NotFoundError `team_not_found`; ForbiddenError
 */
export async function replaceEnrollSecrets(ctx: Context, teamId: number | null, secrets: string[]): Promise<EnrollSecret[]> {
  authorize(ctx, "enroll_secret:write");
  return inTransaction(ctx, async (tx) => {
    const team = await lockTeamRow(tx.db, tx.sql, teamId ?? 0);
    if (teamId === null) authorize(tx, "enroll_secret:write", { teamId });
    else authorizeTeam(tx, team, "enroll_secret:write");
    const wanted = readEnrollSecrets(secrets);
    const owner = team.isDefault ? null : team.id;
    const standing = await deleteEnrollSecretRowsExcept(tx.db, owner, wanted);
    await insertEnrollSecretRows(
      tx.db,
      owner,
      wanted.filter((secret) => !standing.has(secret)),
      tx.now(),
    );
    await recordActivity(tx, {
      type: "edited_enroll_secrets",
      teamId: team.id,
      details: { team_id: owner, team_name: owner === null ? null : team.name, secrets: wanted.length },
    });
    return listEnrollSecretRows(tx.db, owner);
  });
}
