import { COMPANY_PORTAL, hasCompanyPortal, type Computer, type ComputerPatch } from "./computer";

/** Turns things on and off on a computer, in place. `companyPortal` installs or removes that app; the agent is not told, it finds out when asked. */
export function changeComputer(computer: Computer, patch: ComputerPatch): void {
  const { companyPortal, platformSso, ...plain } = patch;
  const state = computer.state;
  Object.assign(state, Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined)));
  if (platformSso) state.platformSso = { ...state.platformSso, ...platformSso };
  if (companyPortal === false) state.apps = state.apps.filter(({ bundleIdentifier }) => bundleIdentifier !== COMPANY_PORTAL.bundleIdentifier);
  if (companyPortal === true && !hasCompanyPortal(state)) state.apps = [...state.apps, COMPANY_PORTAL];
}
