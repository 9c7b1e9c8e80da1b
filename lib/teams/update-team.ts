import { changesBetween } from "../activities/changes-between";
import { recordActivity } from "../activities/record-activity";
import { authorize } from "../authorize";
import type { Context } from "../context";
import { inTransaction } from "../db/transaction";
import { InvalidInputError } from "../errors";
import { authorizeTeam } from "./authorize-team";
import { requestReassessment } from "./request-reassessment";
import { switchConditionalAccess } from "./switch-conditional-access";
import { readTeamName } from "./team-name";
import type { TeamRow, TeamSettings } from "./team";
import { findTeamConnection, lockTeamRow, updateTeamRow } from "./team-queries";

/** What may change; absent keeps. Seconds are whole and not negative; 0 for `staleAfterSeconds` means never stale. */
export type TeamPatch = Partial<TeamSettings> & { name?: string; description?: string; conditionalAccessEnabled?: boolean };

const verdictSettings = ["auditOnly", "requireMdm", "staleAfterSeconds", "unknownGraceSeconds", "connectionId"] as const;

/**
 * Changes a team; "No team" keeps its name. Settings that move verdicts have every verdict of the team looked at again.
 * @throws InvalidInputError `team_name_invalid`, `team_setting_invalid`, `not_connected`; ConflictError `team_name_taken`; NotFoundError `team_not_found`; ForbiddenError
 */
export async function updateTeam(ctx: Context, teamId: number, patch: TeamPatch): Promise<TeamRow> {
  authorize(ctx, "team:write");
  return inTransaction(ctx, async (tx) => {
    const before = await lockTeamRow(tx.db, tx.sql, teamId);
    authorizeTeam(tx, before, "team:write");
    const { conditionalAccessEnabled, ...settings } = await readPatch(tx, before, patch);
    // Which tenant a team reports to is the organisation's to say, not the team's.
    if (settings.connectionId !== undefined && settings.connectionId !== before.connectionId) authorize(tx, "organisation:write");
    const changed = changesBetween<TeamRow>(before, settings);
    let after = before;
    if (Object.keys(changed).length > 0) {
      after = await updateTeamRow(tx.db, teamId, { ...settings, updatedAt: tx.now() });
      await recordActivity(tx, { type: "edited_team", teamId, details: { team_id: teamId, team_name: after.name, changed } });
      const movesVerdicts = verdictSettings.some((key) => settings[key] !== undefined && settings[key] !== before[key]);
      if (movesVerdicts) await requestReassessment(tx, { teamId }, "team_switched");
    }
    if (conditionalAccessEnabled === undefined || conditionalAccessEnabled === before.conditionalAccessEnabled) return after;
    return switchConditionalAccess(tx, { teamId, enabled: conditionalAccessEnabled });
  });
}

async function readPatch(tx: Context, before: TeamRow, patch: TeamPatch): Promise<TeamPatch> {
  const read: TeamPatch = { ...patch };
  if (patch.name !== undefined) {
    if (before.isDefault && patch.name !== before.name) throw invalid("name", '"No team" can\'t be renamed.');
    if (!before.isDefault) read.name = readTeamName(patch.name);
  }
  if (patch.description !== undefined) read.description = patch.description.trim();
  for (const key of ["staleAfterSeconds", "unknownGraceSeconds"] as const) {
    const value = patch[key];
    if (value !== undefined && (!Number.isSafeInteger(value) || value < 0 || value > 31_536_000))
      throw invalid(key, "Give whole seconds from 0 to a year (31536000).");
  }
  if (patch.connectionId != null && !(await findTeamConnection(tx.sql, patch.connectionId)))
    throw invalid("connectionId", `Connection ${patch.connectionId} was not found.`);
  return read;
}

function invalid(field: string, reason: string): InvalidInputError {
  return new InvalidInputError("team_setting_invalid", reason, { fields: [{ field, reason }] });
}
