import { recordActivity } from "@/lib/activities/record-activity";
import type { SqlContext } from "@/lib/context";
import { nextIdentity, type EntraIdentity } from "./entra-identity";
import type { IdentityAnswer } from "./host-details";
import { findHostNames, findStoredIdentities, upsertIdentities } from "./identity-record-queries";

/**
 * Stores what hosts say of their identity in Entra, in the caller's transaction, after their rows were locked.
 * A change of device, person or state leaves the activity `host_entra_identity_changed`.
 * @returns the hosts whose identity changed
 */
export async function recordEntraIdentities(tx: SqlContext, answers: ReadonlyMap<number, IdentityAnswer>): Promise<number[]> {
  if (answers.size === 0) return [];
  const stored = await findStoredIdentities(tx.sql, [...answers.keys()]);
  const next: (EntraIdentity & { hostId: number })[] = [];
  const changed: number[] = [];
  for (const [hostId, answer] of answers) {
    const before = stored.get(hostId) ?? null;
    const after = nextIdentity(before, answer);
    if (!after) continue;
    next.push({ hostId, ...after });
    if (!before || before.deviceId !== after.deviceId || before.userPrincipalName !== after.userPrincipalName || before.state !== after.state)
      changed.push(hostId);
  }
  if (next.length > 0) await upsertIdentities(tx.sql, next, tx.now());
  if (changed.length > 0) await tellChanges(tx, changed, stored, new Map(next.map((identity) => [identity.hostId, identity])));
  return changed;
}

async function tellChanges(tx: SqlContext, hostIds: number[], before: Map<number, EntraIdentity>, after: Map<number, EntraIdentity>): Promise<void> {
  const names = await findHostNames(tx.sql, hostIds);
  for (const hostId of hostIds) {
    const host = names.get(hostId);
    const from = before.get(hostId);
    const to = after.get(hostId);
    await recordActivity(tx, {
      type: "host_entra_identity_changed",
      hostId,
      teamId: host?.teamId ?? null,
      details: {
        host_id: hostId,
        host_display_name: host?.name ?? "",
        device_id: to?.deviceId ?? "",
        user_principal_name: to?.userPrincipalName ?? "",
        state: to?.state ?? "",
        previous_device_id: from?.deviceId ?? "",
        previous_user_principal_name: from?.userPrincipalName ?? "",
        previous_state: from?.state ?? "",
      },
    });
  }
}
