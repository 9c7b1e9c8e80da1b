import { auditOnly } from "./audit-only";
import { intunePartner } from "./intune-partner";
import type { Provider } from "./provider";

/** The provider of this name; one that isn't known tells nobody anything. */
export function providerOf(name: string): Provider {
  return name === "intune_partner" ? intunePartner : auditOnly;
}
