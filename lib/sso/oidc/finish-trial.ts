import { recordActivity } from "../../activities/record-activity";
import { authorize } from "../../authorize";
import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { hashToken } from "../../secret-box";
import { trialState, type DirectoryTrial } from "./directory";
import { getDirectoryRow, updateTrial } from "./directory-queries";
import { SignInProblem } from "./sign-in-problem";

/** What a trial ended with. */
export type TrialOutcome = Pick<DirectoryTrial, "person" | "admission" | "problem">;

/**
 * Stores what a trial saw, for the page that waits for it. Only the session that began the trial can finish it, once, and for unchanged settings.
 * Needs `security_settings:write`.
 * @throws SignInProblem `session_other`, `directory_changed`; NotFoundError `directory_not_found`
 */
export function finishTrial(ctx: Context, directoryId: number, outcome: TrialOutcome): Promise<void> {
  return inTransaction(ctx, async (tx) => {
    const row = await getDirectoryRow(tx.db, directoryId, true);
    authorize(tx, "security_settings:write");
    const { actor } = tx;
    const { trial } = row;
    if (!trial || actor.kind !== "user" || trial.session !== hashToken(actor.sessionId)) throw new SignInProblem("session_other");
    if (trialState(row, tx.now()) !== "waiting") throw new SignInProblem("directory_changed");
    const status = outcome.person && !outcome.problem ? "succeeded" : "failed";
    await updateTrial(tx.db, row.id, { ...trial, ...outcome, status, finishedAt: tx.now().toISOString() });
    await recordActivity(tx, {
      type: "tried_sso_directory",
      details: {
        directory_id: row.id,
        directory_name: row.name,
        status,
        ...(outcome.person && { email: outcome.person.email, tenant_id: outcome.person.tenantId, object_id: outcome.person.objectId }),
        ...(outcome.problem && { code: outcome.problem.code, reason: [outcome.problem.text, outcome.problem.detail].filter(Boolean).join(" ") }),
      },
    });
  });
}
