import { authorize, authorizeList, teamsAllowed } from "../authorize";
import type { Context } from "../context";
import { invalidLabel } from "./label-fields";
import { findHostsByIdentifier, listMemberIds } from "./label-queries";
import { hasMemberChanges, putMemberChanges } from "./member-change-queries";
import { moveMembers, requestMemberMoves } from "./move-waiting-members.job";

const mostAtOnce = 500;

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
 * narrows a policy. More than 500 are written down and moved in the background, thousands a second or, under many agents, 200. Answers how many move.
 */
export async function changeMembers(tx: Context, labelId: number, change: { exactly: number[] } | { add: number[] } | { remove: number[] }): Promise<number> {
  const { add, remove } = "exactly" in change ? await compareMembers(tx, labelId, change.exactly) : { add: [], remove: [], ...change };
  // What is said now must not be undone by what waits.
  if (add.length + remove.length <= mostAtOnce && !(await hasMemberChanges(tx.sql, labelId))) return moveMembers(tx, labelId, { add, remove });
  await putMemberChanges(tx.sql, labelId, add, true, tx.now());
  await putMemberChanges(tx.sql, labelId, remove, false, tx.now());
  await requestMemberMoves(tx);
  return add.length + remove.length;
}

async function compareMembers(tx: Context, labelId: number, wanted: number[]): Promise<{ add: number[]; remove: number[] }> {
  const teams = teamsAllowed(tx, "host:label");
  const members = new Set(await listMemberIds(tx.sql, teams === "all" ? null : teams, labelId));
  const keep = new Set(wanted);
  return { add: wanted.filter((hostId) => !members.has(hostId)), remove: [...members].filter((hostId) => !keep.has(hostId)) };
}
