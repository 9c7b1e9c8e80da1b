import type { SqlContext } from "@/lib/context";
import { requestReassessment } from "@/lib/teams/request-reassessment";
import { endAttention, openAttentions } from "./attention-queries";
import { clearConflictsOf, loadIdentityClaims, markConflicts, moveDeviceOwnership, type IdentityClaim } from "./identity-queries";

/** The attention item of a host that claims another host's Entra device. */
export const identityConflict = "identity_conflict";

const silentAfterMs = 7 * 24 * 60 * 60 * 1000;

/**
 * Says which of several claimants holds a device id: the one confirmed first, unless it has been silent for 7 days; without one, the
 * first to claim. The same computer enrolled anew (serial or hardware UUID) takes over at once. Pure.
 */
export function chooseHolder(claims: readonly IdentityClaim[], now: Date): IdentityClaim | undefined {
  const isSilent = ({ seenAt }: IdentityClaim) => seenAt !== null && now.getTime() - seenAt.getTime() >= silentAfterMs;
  const inOrder = [...claims].sort((left, right) => left.firstSeenAt.getTime() - right.firstSeenAt.getTime() || left.hostId - right.hostId);
  const heard = inOrder.filter((claim) => !isSilent(claim));
  const holder = inOrder.find((claim) => claim.confirmed && !isSilent(claim)) ?? heard[0] ?? inOrder[0];
  return holder && inOrder.findLast((claim) => claim.hostId === holder.hostId || isSameComputer(claim, holder));
}

function isSameComputer(left: IdentityClaim, right: IdentityClaim): boolean {
  return (left.hardwareSerial !== "" && left.hardwareSerial === right.hardwareSerial) || (left.hardwareUuid !== "" && left.hardwareUuid === right.hardwareUuid);
}

/**
 * Settles who holds the device ids of these hosts, so that nobody locks another person out by claiming their id. A newcomer is in conflict:
 * not reported, and shown to an admin. Hosts outside `hostIds` whose standing changed are looked at again.
 */
export async function settleIdentityConflicts(tx: SqlContext, hostIds: readonly number[]): Promise<void> {
  const claims = await loadIdentityClaims(tx.sql, hostIds);
  const changed = new Set<number>();
  const freed: number[] = [];
  const moves: { deviceId: string; hostId: number }[] = [];
  const conflicts: { claim: IdentityClaim; holder: IdentityClaim }[] = [];
  for (const [deviceId, claimants] of groupByDevice(claims)) {
    const holder = chooseHolder(claimants, tx.now());
    if (!holder) continue;
    if (holder.conflictSince) freed.push(holder.hostId);
    if (claimants.some((claim) => claim.confirmed && claim !== holder)) moves.push({ deviceId, hostId: holder.hostId });
    for (const claim of claimants) {
      if (claim === holder || (claim.conflictSince && claim.conflictHostId === holder.hostId)) continue;
      conflicts.push({ claim, holder });
    }
  }
  for (const hostId of [...freed, ...conflicts.map(({ claim }) => claim.hostId)]) changed.add(hostId);
  await moveDeviceOwnership(tx.sql, moves, tx.now());
  const pairs = conflicts.map(({ claim, holder }) => ({ hostId: claim.hostId, holderId: holder.hostId }));
  await markConflicts(tx.sql, pairs, tx.now());
  // A computer's own earlier enrolment is no stranger: nobody has to look at it.
  const strangers = conflicts.filter(({ claim, holder }) => !isSameComputer(claim, holder));
  const own = conflicts.filter(({ claim, holder }) => isSameComputer(claim, holder)).map(({ claim }) => claim.hostId);
  const claiming = new Set(claims.map(({ hostId }) => hostId));
  // A host that no longer claims any device has nothing to be in conflict about.
  const without = hostIds.filter((hostId) => !claiming.has(hostId));
  await clearConflictsOf(tx.sql, [...freed, ...without]);
  const settled = [...freed, ...own, ...without].map((hostId) => `host:${hostId}`);
  await endAttention(tx.sql, [identityConflict], settled, tx.now());
  await openAttentions(
    tx.sql,
    strangers.map(({ claim, holder }) => ({
      code: identityConflict,
      subject: `host:${claim.hostId}`,
      hostId: claim.hostId,
      details: { deviceId: claim.deviceId, holderHostId: holder.hostId },
    })),
    tx.now(),
  );
  const others = [...changed].filter((hostId) => !hostIds.includes(hostId));
  if (others.length > 0) await requestReassessment(tx, { hostIds: others }, "identity_changed");
}

function groupByDevice(claims: readonly IdentityClaim[]): Map<string, IdentityClaim[]> {
  const groups = new Map<string, IdentityClaim[]>();
  for (const claim of claims) groups.set(claim.deviceId, [...(groups.get(claim.deviceId) ?? []), claim]);
  return groups;
}
