import type { Computer, ComputerState } from "../hosts/computer";

/** How many Macs the demo has, and how many of them, counted from the first, belong to Engineering; the rest belong to Sales. */
export const demoMacs = { count: 25, engineering: 15 };

/** What is not as it should be, by the Mac's number. All others are healthy, managed and registered. */
const troubles: Readonly<Record<number, Partial<ComputerState>>> = {
  2: { fileVault: false },
  4: { screenLock: false },
  6: { gatekeeper: false },
  9: { firewall: false },
  11: { mdm: false },
  16: { fileVault: false, firewall: false },
  20: { osVersion: "14.7.6" },
};
const neverRegistered = 13;
const plainOsquery = 22;

/** Gives the demo's Macs their variety: most are fine, some fail, one isn't managed, one was never registered, one runs plain osquery. */
export function arrangeDemoMac({ index, identity, state }: Computer): void {
  Object.assign(state, { osVersion: "15.6.1" }, troubles[index]);
  if (index === plainOsquery) identity.agent = "osquery";
  if (index === neverRegistered || index === plainOsquery) state.platformSso = { ...state.platformSso, state: "not_registered" };
}
