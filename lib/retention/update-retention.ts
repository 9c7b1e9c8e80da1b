import { changesBetween } from "../activities/changes-between";
import { recordActivity } from "../activities/record-activity";
import { authorize } from "../authorize";
import type { Context } from "../context";
import { inTransaction } from "../db/transaction";
import { InvalidInputError } from "../errors";
import { fieldProblems } from "../http/error-envelope";
import { RetentionPatch, type Retention } from "./retention";
import { lockRetentionRow, updateRetentionRow } from "./retention-queries";

/**
 * Changes how long history is kept, in days; 0 is for ever. Absent keeps. What is older goes in the next night, so a shorter period can be taken back
 * until then.
 * @throws InvalidInputError `retention_invalid` with each field's problem; ForbiddenError `permission_denied`
 */
export function updateRetention(ctx: Context, given: RetentionPatch): Promise<Retention> {
  return inTransaction(ctx, async (tx) => {
    authorize(tx, "organisation:write");
    const parsed = RetentionPatch.safeParse(given);
    if (!parsed.success) {
      const fields = fieldProblems(parsed.error);
      throw new InvalidInputError("retention_invalid", `"${fields[0]?.field}": ${fields[0]?.reason}.`, { fields });
    }
    const patch = Object.fromEntries(Object.entries(parsed.data).filter(([, value]) => value !== undefined)) as Partial<Retention>;
    const before = await lockRetentionRow(tx.sql);
    const changed = changesBetween(before, patch);
    if (Object.keys(changed).length === 0) return before;
    await updateRetentionRow(tx.db, patch, tx.now());
    await recordActivity(tx, { type: "edited_retention", details: { changed } });
    return { ...before, ...patch };
  });
}
