import type { Context } from "../../context";
import { inTransaction } from "../../db/transaction";
import { getDirectoryRow, updateTrial } from "./directory-queries";

/** Keeps, for the directory's page, that Microsoft no longer takes its secret: nobody can sign in until it is replaced. A new trial or secret forgets it. */
export function noteSecretProblem(ctx: Context, directoryId: number, code: "secret_wrong" | "secret_expired"): Promise<void> {
  return inTransaction(ctx, async (tx) => {
    const { trial, settings } = await getDirectoryRow(tx.db, directoryId, true);
    if (!trial || trial.settings !== settings || trial.secretProblem) return;
    await updateTrial(tx.db, directoryId, { ...trial, secretProblem: { code, at: tx.now().toISOString() } });
  });
}
