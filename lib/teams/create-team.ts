import { recordActivity } from "../activities/record-activity";
import { authorize } from "../authorize";
import type { Context } from "../context";
import { inTransaction } from "../db/transaction";
import { randomToken } from "../secret-box";
import { insertEnrollSecretRows } from "./enroll-secret-queries";
import { readEnrollSecrets } from "./enroll-secrets";
import { readTeamName } from "./team-name";
import type { TeamRow } from "./team";
import { insertTeamRow } from "./team-queries";

/** A new team; without `secrets` one enroll secret is made for it. */
export interface NewTeam {
  name: string;
  description?: string;
  secrets?: string[];
}

/**
 * Makes a team, off, with its enroll secrets.
 * @throws InvalidInputError `team_name_invalid`, `enroll_secret_invalid`; ConflictError `team_name_taken`, `enroll_secret_in_use`; ForbiddenError
 */
export async function createTeam(ctx: Context, team: NewTeam): Promise<TeamRow> {
  authorize(ctx, "team:create");
  const name = readTeamName(team.name);
  const secrets = team.secrets?.length ? readEnrollSecrets(team.secrets) : [randomToken(24)];
  return inTransaction(ctx, async (tx) => {
    const created = await insertTeamRow(tx.db, { name, description: team.description?.trim() ?? "", createdAt: tx.now() });
    await insertEnrollSecretRows(tx.db, created.id, secrets, tx.now());
    await recordActivity(tx, { type: "created_team", teamId: created.id, details: { team_id: created.id, team_name: created.name } });
    return created;
  });
}
