import { recordActivity } from "@/lib/activities/record-activity";
import { authorize } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import { inTransaction } from "@/lib/db/transaction";
import { InvalidInputError } from "@/lib/errors";
import { updateConnection } from "./connection-queries";
import { isSetUp } from "./connection-state";
import { ConnectionProblem } from "./connection-problem";
import { getGroup, type EntraGroup } from "./entra-groups";
import { getConnection } from "./get-connection";
import { resetSetupSteps } from "./setup-queries";
import { wakeSetup } from "./wake-setup";

/**
 * Chooses the group whose people are covered, by its object id, and lets setup go on with it.
 * @throws ForbiddenError `permission_denied`; NotFoundError `connection_not_found`; InvalidInputError `group_not_found`; MicrosoftError
 */
export async function chooseGroup(ctx: Context, connectionId: number, groupId: string): Promise<EntraGroup> {
  authorize(ctx, "connection:write");
  const connection = await getConnection(ctx, connectionId);
  const group = await getGroup(ctx, connection, groupId).catch((cause: unknown) => {
    if (!(cause instanceof ConnectionProblem)) throw cause;
    const reason = "No security group of this tenant has this id. Choose one from the list.";
    throw new InvalidInputError("group_not_found", reason, { cause, fields: [{ field: "group_id", reason }] });
  });
  const progress = isSetUp(connection) ? {} : { state: "provisioning", errorCode: "", errorDetail: {} };
  await inTransaction(ctx, async (tx) => {
    await updateConnection(tx.db, connectionId, { ...progress, groupId: group.id, groupName: group.name, nextStepAt: null });
    await resetSetupSteps(tx.db, connectionId, ["group", "assign", "test"]);
    await recordActivity(tx, { type: "entra_group_chosen", details: { connection_id: connectionId, group_id: group.id, group_name: group.name } });
    await wakeSetup(tx, connectionId);
  });
  return group;
}
