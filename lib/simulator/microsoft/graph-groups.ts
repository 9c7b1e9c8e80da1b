import { missingRole, type Caller } from "./api-token";
import { apiError, json, meetFault, readJsonObject, type Exchange, type Reply } from "./exchange";
import { notFound, userEntity } from "./graph-answers";
import { answerCollection, select, type Entity } from "./odata";
import { findUser } from "./simulator";
import type { SimulatedGroup } from "./simulated-types";
import { stableId } from "./stable-id";

/** `/groups`: look-up by filter or search, one group, its members, and changing them. */
export function answerGroups(exchange: Exchange, caller: Caller, path: string): Reply {
  const writing = exchange.method !== "GET";
  const roles = writing ? ["GroupMember.ReadWrite.All"] : ["GroupMember.Read.All", "Group.Read.All", "GroupMember.ReadWrite.All"];
  const denied = missingRole(exchange, caller, roles);
  if (denied) return denied;
  const absent = meetFault(exchange, "group_absent") !== undefined;
  if (path === "groups") {
    if (writing) return notFound(exchange);
    let groups = absent ? [] : caller.tenant.groups.map(groupEntity);
    if (meetFault(exchange, "group_duplicated")) groups = groups.flatMap((group) => [group, { ...group, id: stableId(String(group.id), "twin") }]);
    return json(200, answerCollection(exchange, groups, { context: "groups" }));
  }
  const [, id = "", rest = ""] = /^groups\/([^/]+)(?:\/(.*))?$/.exec(path) ?? [];
  const group = absent ? undefined : caller.tenant.groups.find((each) => each.id === id.toLowerCase());
  if (!group) return gone(exchange, id);
  if (!writing && rest === "") return json(200, select(groupEntity(group), exchange.url.searchParams.get("$select")));
  if (!writing && rest === "members") {
    const members = group.memberIds.map((memberId) => findUser(caller.tenant, memberId)).filter((user) => user !== undefined);
    return json(200, answerCollection(exchange, members.map(userEntity), { context: "directoryObjects" }));
  }
  if (exchange.method === "POST" && rest === "members/$ref") return addMember(exchange, caller, group);
  const removed = /^members\/([^/]+)\/\$ref$/.exec(rest)?.[1];
  if (exchange.method === "DELETE" && removed) return removeMember(exchange, group, removed);
  return notFound(exchange);
}

function addMember(exchange: Exchange, caller: Caller, group: SimulatedGroup): Reply {
  const reference = readJsonObject(exchange)?.["@odata.id"];
  const id = typeof reference === "string" ? (/\/(?:directoryObjects|users)\/([0-9a-f-]{36})$/i.exec(reference)?.[1] ?? "") : "";
  const user = findUser(caller.tenant, id);
  if (!user) return apiError(exchange, 400, "Request_BadRequest", "The body needs @odata.id, the address of a directory object that exists.");
  if (group.memberIds.includes(user.id)) {
    return apiError(exchange, 400, "Request_BadRequest", "One or more added object references already exist for the following modified properties: 'members'.");
  }
  group.memberIds.push(user.id);
  return { status: 204, note: { groupId: group.id, added: user.id } };
}

function removeMember(exchange: Exchange, group: SimulatedGroup, userId: string): Reply {
  if (!group.memberIds.includes(userId)) return gone(exchange, userId);
  group.memberIds = group.memberIds.filter((id) => id !== userId);
  return { status: 204, note: { groupId: group.id, removed: userId } };
}

function gone(exchange: Exchange, id: string): Reply {
  return apiError(
    exchange,
    404,
    "Request_ResourceNotFound",
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

function groupEntity(group: SimulatedGroup): Entity {
  return { id: group.id, displayName: group.displayName, securityEnabled: group.securityEnabled, mailEnabled: false, description: null, groupTypes: [] };
}
