import { BoundedMap } from "./bounded-map";

// Parts of MDM servers' addresses, and whose they are.
const solutions: [part: string, name: string][] = [
  ["kandji.io", "Iru"],
  ["iru.com", "Iru"],
  ["jamfcloud.com", "Jamf"],
  ["jamf", "Jamf"],
  ["airwatch", "Workspace ONE"],
  ["awmdm", "Workspace ONE"],
  ["microsoft.com", "Intune"],
  ["microsoftonline", "Intune"],
  ["simplemdm.com", "SimpleMDM"],
  ["mosyle", "Mosyle"],
  ["addigy", "Addigy"],
  ["meraki", "Meraki"],
  ["hexnode", "Hexnode"],
  ["jumpcloud", "JumpCloud"],
  ["fleetdm", "Fleet"],
];

// A fleet has few of these, and each of its hosts tells its own again and again.
const known = new BoundedMap<string, string>(1000);

/** The name of an MDM solution by its server's host name, or by the profile's or provider's identifier; empty when unknown. */
export function nameMdmSolution(serverUrl: string, identifier: string): string {
  const key = `${serverUrl}\n${identifier}`;
  let name = known.get(key);
  if (name === undefined) known.set(key, (name = findName(serverUrl, identifier)));
  return name;
}

function findName(serverUrl: string, identifier: string): string {
  const host = URL.canParse(serverUrl) ? new URL(serverUrl).hostname.toLowerCase() : "";
  const found = solutions.find(([part]) => host.includes(part)) ?? solutions.find(([part]) => identifier.toLowerCase().includes(part.split(".")[0] as string));
  return found?.[1] ?? "";
}
