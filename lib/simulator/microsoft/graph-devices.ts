import { missingRole, type Caller } from "./api-token";
import { apiError, json, meetFault, readJsonObject, type Exchange, type Reply } from "./exchange";
import { notFound, userEntity } from "./graph-answers";
import { answerCollection, select, type Entity } from "./odata";
import { settleMessages } from "./settle-messages";
import { findDevice, findUser, listDevices } from "./simulator";
import type { SimulatedDevice } from "./simulated-types";

const writable = ["isManaged", "isCompliant", "displayName", "operatingSystemVersion", "operatingSystem", "extensionAttributes", "accountEnabled"];

/** `/devices`: look-up by filter, one device by either id, its owners and users, and PATCH. */
export function answerDevices(exchange: Exchange, caller: Caller, path: string): Reply {
  const writing = exchange.method !== "GET";
  const denied = missingRole(exchange, caller, writing ? ["Device.ReadWrite.All"] : ["Device.Read.All", "Device.ReadWrite.All"]);
  if (denied) return denied;
  settleMessages(exchange.simulator);
  if (path === "devices") {
    if (writing) return notFound(exchange);
    return json(200, answerCollection(exchange, candidates(exchange, caller).map(deviceEntity), { context: "devices" }));
  }
  const byDeviceId = /^devices\(deviceId='([^']+)'\)(?:\/(\w+))?$/.exec(path);
  const byObjectId = /^devices\/([^/]+)(?:\/(\w+))?$/.exec(path);
  const word = (byDeviceId?.[1] ?? byObjectId?.[1] ?? "").toLowerCase();
  const rest = byDeviceId?.[2] ?? byObjectId?.[2] ?? "";
  if (!word) return notFound(exchange);
  const found = byDeviceId ? findDevice(caller.tenant, word) : [...caller.tenant.devices.values()].find((device) => device.id === word);
  const device = found && hidden(exchange, found) ? undefined : found;
  if (!device) {
    return apiError(
      exchange,
      404,
      "Request_ResourceNotFound",
      `Resource '${word}' does not exist or one of its queried reference-property objects are not present.`,
    );
  }
  if (exchange.method === "PATCH" && rest === "") return patchDevice(exchange, device);
  if (exchange.method !== "GET") return notFound(exchange);
  if (rest === "") return json(200, select(deviceEntity(device), exchange.url.searchParams.get("$select")));
  if (rest === "registeredOwners" || rest === "registeredUsers") {
    const people = device.ownerIds.map((id) => findUser(caller.tenant, id)).filter((user) => user !== undefined);
    const entities = people.map((user) => ({ "@odata.type": "#microsoft.graph.user", ...userEntity(user) }));
    return json(200, answerCollection(exchange, entities, { context: "directoryObjects" }));
  }
  return notFound(exchange);
}

/** The devices that a list is made of: those by their ids where the filter names them in every alternative, since a tenant may hold thousands. */
function candidates(exchange: Exchange, caller: Caller): SimulatedDevice[] {
  const filter = exchange.url.searchParams.get("$filter") ?? "";
  const named = filter.split(/ or /i).map((branch) => /\bdeviceId eq '([^']+)'/.exec(branch)?.[1]);
  const all = named.every((id) => id !== undefined)
    ? [...new Set(named.map((id) => findDevice(caller.tenant, id ?? "")).filter((device) => device !== undefined))]
    : listDevices(caller.tenant);
  return all.filter((device) => !hidden(exchange, device));
}

function hidden(exchange: Exchange, device: SimulatedDevice): boolean {
  const about = [device.deviceId, device.id, device.displayName];
  return (meetFault(exchange, "device_unknown", about) ?? meetFault(exchange, "device_deleted", about)) !== undefined;
}

/** Only Windows devices take the two compliance flags from an app; on others only Intune writes them. */
function patchDevice(exchange: Exchange, device: SimulatedDevice): Reply {
  const body = readJsonObject(exchange);
  if (!body) return apiError(exchange, 400, "Request_BadRequest", "The body has to be a JSON object.");
  const unknown = Object.keys(body).find((name) => !writable.includes(name));
  if (unknown !== undefined) return apiError(exchange, 400, "Request_BadRequest", `Property '${unknown}' can't be updated.`);
  const note = { deviceId: device.deviceId, managed: body.isManaged, compliant: body.isCompliant };
  for (const name of ["isManaged", "isCompliant"] as const) {
    const value = body[name];
    if (value === undefined) continue;
    if (typeof value !== "boolean") return apiError(exchange, 400, "Request_BadRequest", `Property '${name}' has to be true or false.`, { note });
    if (device.operatingSystem !== "Windows") {
      return apiError(exchange, 403, "Authorization_RequestDenied", `Property '${name}' of a ${device.operatingSystem} device can only be written by Intune.`, {
        note,
      });
    }
    device[name] = value;
  }
  if (typeof body.displayName === "string") device.displayName = body.displayName;
  if (typeof body.operatingSystemVersion === "string") device.operatingSystemVersion = body.operatingSystemVersion;
  return { status: 204, note };
}

function deviceEntity(device: SimulatedDevice): Entity {
  return {
    id: device.id,
    deviceId: device.deviceId,
    displayName: device.displayName,
    operatingSystem: device.operatingSystem,
    operatingSystemVersion: device.operatingSystemVersion,
    trustType: device.trustType,
    accountEnabled: device.accountEnabled,
    isManaged: device.isManaged,
    isCompliant: device.isCompliant,
    mdmAppId: device.mdmAppId,
    managementType: device.isManaged ? "MDM" : null,
    approximateLastSignInDateTime: device.approximateLastSignInDateTime,
  };
}
