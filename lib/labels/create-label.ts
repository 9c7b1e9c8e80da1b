import { recordActivity } from "../activities/record-activity";
import { authorize, authorizeFound, authorizeList } from "../authorize";
import type { Context } from "../context";
import { inTransaction } from "../db/transaction";
import { getTeam } from "../teams/get-team";
import { changeMembers, resolveMembers, type MemberList } from "./change-members";
import { invalidLabel, readLabelName, readLabelPlatform, readLabelText } from "./label-fields";
import type { LabelWithCount } from "./label";
import { findLabelRow, insertLabelRow, labelNotFound } from "./label-queries";

/** With a query the label is dynamic: hosts answer it. Without one it is manual and holds the hosts named. `teamId` null: for all teams. */
export interface NewLabel extends MemberList {
  name: string;
  description?: string;
  query?: string;
  platform?: string;
  teamId?: number | null;
}

/**
 * Makes a label.
 * @throws InvalidInputError `label_invalid`; ConflictError `label_name_taken`; NotFoundError `team_not_found`; ForbiddenError `permission_denied`
 */
export async function createLabel(ctx: Context, label: NewLabel): Promise<LabelWithCount> {
  const teamId = label.teamId ?? null;
  authorize(ctx, "label:write");
  if (teamId !== null) await getTeam(ctx, teamId);
  authorize(ctx, "label:write", { teamId });
  const name = readLabelName(label.name);
  const query = readLabelText("query", label.query ?? "");
  const namesHosts = label.hosts !== undefined || label.hostIds !== undefined;
  if (query !== "" && namesHosts) throw invalidLabel("hosts", "A label with a query finds its hosts by itself. Give either a query or hosts.");
  const platform = query === "" ? "" : readLabelPlatform(label.platform ?? "");
  return inTransaction(ctx, async (tx) => {
    const labelId = await insertLabelRow(tx.db, {
      teamId,
      name,
      description: readLabelText("description", label.description ?? ""),
      query,
      platform,
      membershipType: query === "" ? "manual" : "dynamic",
      authorId: tx.actor.kind === "user" ? tx.actor.userId : null,
      createdAt: tx.now(),
    });
    if (namesHosts) await changeMembers(tx, labelId, { exactly: await resolveMembers(tx, label) });
    await recordActivity(tx, { type: "created_label", teamId, details: { label_id: labelId, label_name: name } });
    return authorizeFound(tx, await findLabelRow(tx.sql, authorizeList(tx, "label:read"), labelId), { permission: "label:read" }, () => labelNotFound(labelId));
  });
}
