import type { Context } from "@/lib/context";
import { cloudProfile } from "./clouds";
import type { Connection } from "./connection";
import { ConnectionProblem } from "./connection-problem";
import { callMicrosoft } from "./microsoft-client";
import { MicrosoftError } from "./microsoft-error";
import { readList, textOf } from "./read-answer";

/** The name we suggest for the group whose people are covered. */
export const suggestedGroupName = "Device trust users";

const guidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A security group of the tenant. */
export interface EntraGroup {
  id: string;
  name: string;
}

/** Security groups whose name begins with `beginning`, at most 20; all of them, as far as 20 go, for an empty one. */
export async function searchGroups(ctx: Context, connection: Connection, beginning: string): Promise<EntraGroup[]> {
  const filter = beginning.trim() === "" ? "securityEnabled eq true" : `startswith(displayName,'${quoted(beginning.trim())}')`;
  return askGroups(ctx, connection, filter, 20);
}

/**
 * The group to cover: the chosen one, or the only security group of the suggested name.
 * @throws ConnectionProblem `group_not_found`; `group_ambiguous` with the `candidates`; MicrosoftError
 */
export async function findScopingGroup(ctx: Context, connection: Connection): Promise<EntraGroup> {
  if (connection.groupId) return getGroup(ctx, connection, connection.groupId);
  const found = await askGroups(ctx, connection, `displayName eq '${quoted(suggestedGroupName)}'`, 20);
  const [only, ...others] = found;
  if (!only) throw new ConnectionProblem("group_not_found", `No security group in this tenant is named "${suggestedGroupName}".`, { name: suggestedGroupName });
  if (others.length > 0)
    throw new ConnectionProblem("group_ambiguous", `${found.length} groups in this tenant are named "${suggestedGroupName}".`, { candidates: found });
  return only;
}

/**
 * One group by its object id.
 * @throws ConnectionProblem `group_not_found`; MicrosoftError
 */
export async function getGroup(ctx: Context, connection: Connection, groupId: string): Promise<EntraGroup> {
  const missing = (details: Record<string, unknown>) =>
    new ConnectionProblem("group_not_found", "The chosen group isn't in this tenant any more.", { groupId, ...details });
  if (!guidPattern.test(groupId)) throw missing({});
  try {
    const { graphUrl } = cloudProfile(connection.cloud);
    const answer = await callMicrosoft(ctx, connection, {
      audience: "graph",
      method: "GET",
      url: `${graphUrl}/v1.0/groups/${groupId}?$select=id,displayName,securityEnabled`,
    });
    return { id: textOf(answer.body, "id"), name: textOf(answer.body, "displayName") };
  } catch (error) {
    if (error instanceof MicrosoftError && error.kind === "not_found") throw missing(error.details);
    throw error;
  }
}

async function askGroups(ctx: Context, connection: Connection, filter: string, limit: number): Promise<EntraGroup[]> {
  const { graphUrl } = cloudProfile(connection.cloud);
  const url = `${graphUrl}/v1.0/groups?$filter=${encodeURIComponent(filter)}&$select=id,displayName,securityEnabled&$top=${limit}`;
  const answer = await callMicrosoft(ctx, connection, { audience: "graph", method: "GET", url });
  return readList(answer.body)
    .filter((group) => group.securityEnabled === true)
    .map((group) => ({ id: textOf(group, "id"), name: textOf(group, "displayName") }));
}

function quoted(text: string): string {
  return text.replaceAll("'", "''");
}
