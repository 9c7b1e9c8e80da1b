import { recordActivity } from "../activities/record-activity";
import { authorize } from "../authorize";
import type { Context } from "../context";
import { inTransaction } from "../db/transaction";
import { InvalidInputError } from "../errors";
import { authorizeTeam } from "./authorize-team";
import { requestReassessment } from "./request-reassessment";
import { requestTeamSwitch } from "./request-team-switch";
import type { OnDisable, TeamRow } from "./team";
import { findTeamConnection, lockTeamRow, updateTeamRow } from "./team-queries";

/** `onDisable` is what Entra is told when the team goes off; without it the team's own setting holds. */
export interface ConditionalAccessSwitch {
  teamId: number;
  enabled: boolean;
  auditOnly?: boolean;
  onDisable?: OnDisable;
}

// States in which reports are, or soon will be, delivered: a trouble of Microsoft's or of a credential doesn't undo the connection.
const standing = new Set(["connected", "degraded", "credential_error"]);

/** Whether a connection in this state can carry a team's reports. */
export function isStanding(state: string): boolean {
  return standing.has(state);
}

/**
 * Lets a team's policies decide who gets past Entra, or stops that. Every verdict of the team is looked at again. Setting what already holds changes nothing.
 * @throws InvalidInputError `not_connected`; NotFoundError `team_not_found`; ForbiddenError `permission_denied`
 */
export async function switchConditionalAccess(ctx: Context, change: ConditionalAccessSwitch): Promise<TeamRow> {
  authorize(ctx, "conditional_access:write");
  return inTransaction(ctx, async (tx) => {
    const before = await lockTeamRow(tx.db, tx.sql, change.teamId);
    authorizeTeam(tx, before, "conditional_access:write");
    const auditOnly = change.auditOnly ?? before.auditOnly;
    if (before.conditionalAccessEnabled === change.enabled && before.auditOnly === auditOnly) return before;

    const switched = before.conditionalAccessEnabled !== change.enabled;
    if (switched && change.enabled) await mustBeConnected(tx, before);
    const onDisable = change.onDisable ?? (before.onDisable as OnDisable);
    const after = await updateTeamRow(tx.db, before.id, {
      conditionalAccessEnabled: change.enabled,
      auditOnly,
      onDisable,
      ...(switched && { conditionalAccessSince: change.enabled ? tx.now() : null }),
      updatedAt: tx.now(),
    });
    const names = { team_id: before.isDefault ? null : before.id, team_name: before.isDefault ? null : before.name };
    if (switched) {
      await recordActivity(tx, {
        type: change.enabled ? "enabled_conditional_access_automations" : "disabled_conditional_access_automations",
        teamId: before.id,
        details: { ...names, ...(change.enabled ? { audit_only: auditOnly } : { on_disable: onDisable }) },
      });
    } else {
      await recordActivity(tx, {
        type: "edited_team",
        teamId: before.id,
        details: { ...names, changed: { audit_only: { before: before.auditOnly, after: auditOnly } } },
      });
    }
    // The choice goes first: once the team is off, a new verdict alone would tell Entra nothing.
    if (switched && !change.enabled) await requestTeamSwitch(tx, before.id, onDisable);
    await requestReassessment(tx, { teamId: before.id }, "team_switched");
    return after;
  });
}

async function mustBeConnected(tx: Context, team: TeamRow): Promise<void> {
  const connection = await findTeamConnection(tx.sql, team.connectionId);
  if (connection && isStanding(connection.state)) return;
  const reason = "Connect Microsoft Entra first, under Settings, Integrations, Conditional access. Then switch gating on.";
  throw new InvalidInputError("not_connected", reason, { fields: [{ field: "integrations.conditional_access_enabled", reason }] });
}
