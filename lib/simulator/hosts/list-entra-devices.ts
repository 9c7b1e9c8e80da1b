import type { Computer } from "./computer";

/** What Entra would know of a computer once it is registered there. */
export interface EntraDevice {
  tenantId: string;
  deviceId: string;
  displayName: string;
  upn: string;
  personName: string;
  os: "macOS" | "Windows";
  osVersion: string;
}

/** The Entra records of computers, for a simulator of Microsoft. Computers that are not registered, and those on Linux, have none. */
export function listEntraDevices(computers: readonly Computer[]): EntraDevice[] {
  return computers
    .filter(({ identity, state }) => identity.platform !== "ubuntu" && state.platformSso.state !== "not_registered")
    .map(({ identity, state }) => ({
      tenantId: identity.tenantId,
      deviceId: state.platformSso.deviceId,
      displayName: identity.computerName,
      upn: state.platformSso.upn,
      personName: identity.owner.fullName,
      os: identity.platform === "darwin" ? "macOS" : "Windows",
      osVersion: state.osVersion,
    }));
}
