import { authorize, authorizeList, teamsAllowed } from "../authorize";
import type { Context } from "../context";
import { requestReassessment } from "../teams/request-reassessment";
import { invalidLabel } from "./label-fields";
import { deleteMembers, findHostsByIdentifier, insertMembers, listMemberIds, listPoliciesUsingLabel } from "./label-queries";

/** Who shall be in a manual label: host ids, or any of id, serial, hardware UUID and host name. */
export interface MemberList {
  hostIds?: number[];
  hosts?: string[];
}

/**
 * The ids of the hosts a list names, each once. A host that the caller may not see is answered like one that doesn't exist.
 * @throws ForbiddenError `permission_denied` for a host that they may see and not label; InvalidInputError `label_invalid`, field `hosts` or `host_ids`, naming those that don't exist
 */
export async function resolveMembers(tx: Context, { hostIds, hosts }: MemberList): Promise<number[]> {
  const asked = [...(hostIds ?? []).map(String), ...(hosts ?? []).map((host) => host.trim())];
  const found = new Map((await findHostsByIdentifier(tx.sql, authorizeList(tx, "host:read"), asked)).map((host) => [host.asked, host]));
  const missing = asked.filter((host) => !found.has(host));
  if (missing.length > 0)
    throw invalidLabel(hosts ? "hosts" : "host_ids", `No host answers to ${missing.slice(0, 5).join(", ")}. Use a host's id, serial, hardware UUID or name.`);
  for (const { teamId } of found.values()) authorize(tx, "host:label", { teamId });
  return [...new Set([...found.values()].map(({ hostId }) => hostId))];
}

/**
 * Makes exactly these the members of a label, of the hosts that the caller may label, or adds and removes; verdicts are looked at again when the label
 * narrows a policy. Answers how many moved.
 */
export async function changeMembers(tx: Context, labelId: number, change: { exactly: number[] } | { add: number[] } | { remove: number[] }): Promise<number> {
  const add = "exactly" in change ? change.exactly : "add" in change ? change.add : [];
  const keep = "exactly" in change ? new Set(change.exactly) : null;
  const teams = teamsAllowed(tx, "host:label");
  const remove = keep
    ? (await listMemberIds(tx.sql, teams === "all" ? null : teams, labelId)).filter((hostId) => !keep.has(hostId))
    : "remove" in change
      ? change.remove
      : [];
  const moved = [...(await insertMembers(tx.sql, labelId, add, tx.now())), ...(await deleteMembers(tx.sql, labelId, remove))];
  if (moved.length > 0 && (await listPoliciesUsingLabel(tx.sql, null, labelId)).length > 0) {
    await requestReassessment(tx, { hostIds: moved }, "label_changed");
  }
  return moved.length;
}
