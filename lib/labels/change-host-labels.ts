import { authorize } from "../authorize";
import type { Context } from "../context";
import { inTransaction } from "../db/transaction";
import { getHost } from "../hosts/get-host";
import { changeMembers } from "./change-members";
import { invalidLabel } from "./label-fields";
import { listLabelRows } from "./label-queries";

/**
 * Puts one host into manual labels, or takes it out of them, all or none.
 * @throws InvalidInputError `label_invalid`, field `labels`, for a name that isn't a manual label; NotFoundError `host_not_found`; ForbiddenError `permission_denied`
 */
export async function changeHostLabels(ctx: Context, hostId: number, change: "add" | "remove", names: string[]): Promise<void> {
  authorize(ctx, "host:label");
  await inTransaction(ctx, async (tx) => {
    const host = await getHost(tx, hostId);
    authorize(tx, "host:label", { teamId: host.teamId });
    const labels = await listLabelRows(tx.sql, null, host.teamId, "");
    for (const name of new Set(names)) {
      // The team's own label comes before one of the same name for all teams.
      const label = labels.filter((row) => row.name === name).toSorted((a, b) => Number(b.teamId !== null) - Number(a.teamId !== null))[0];
      if (!label) throw invalidLabel("labels", `There is no label "${name}" that this host can have.`);
      if (label.membershipType !== "manual") throw invalidLabel("labels", `"${name}" finds its hosts by its query. Only manual labels can be set on a host.`);
      await changeMembers(tx, label.id, change === "add" ? { add: [hostId] } : { remove: [hostId] });
    }
  });
}
