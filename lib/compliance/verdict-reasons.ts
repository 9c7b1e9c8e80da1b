/** Why a verdict is as it is. The code is the contract; `reasonSentence` is for people. */
export type ReasonCode =
  | "team_off"
  | "all_pass"
  | "no_policies"
  | "exception"
  | "policy_failed"
  | "policy_unknown"
  | "policy_at_fault"
  | "waiting_for_answer"
  | "mdm_off"
  | "mdm_not_ours"
  | "mdm_unknown"
  | "waiting_for_mdm"
  | "stale"
  | "not_registered"
  | "waiting_for_person"
  | "conflict"
  | "platform_not_reported";

/** One reason of a verdict. `since` and `until` are ISO instants; policy fields stand on the reasons that a policy gives. */
export interface VerdictReason {
  code: ReasonCode;
  policyId?: number;
  policyName?: string;
  policyVersion?: number;
  /** Since when the outcome, the MDM state or the silence has been so. */
  since?: string;
  /** Until when the last verdict stays, or an exception lasts. */
  until?: string;
  /** The host that holds the same Entra device id. */
  otherHostId?: number;
}

/** The reason as an admin reads it: one sentence, without times, which the page shows beside it. */
export function reasonSentence(reason: VerdictReason): string {
  const policy = reason.policyName ? `“${reason.policyName}”` : "A policy";
  switch (reason.code) {
    case "team_off":
      return "Conditional access is off for this host's team.";
    case "all_pass":
      return "Every policy that gates access passes.";
    case "no_policies":
      return "No policy gates access for this host.";
    case "exception":
      return "An admin granted an exception.";
    case "policy_failed":
      return `${policy} fails.`;
    case "policy_unknown":
      return `${policy} has had no usable answer from this host for too long.`;
    case "policy_at_fault":
      return `${policy} has no usable answer on many hosts, so its query is at fault and blocks nobody.`;
    case "waiting_for_answer":
      return `${policy} hasn't been answered by this host yet; the last verdict stays until it is.`;
    case "mdm_off":
      return "Device management (MDM) is off.";
    case "mdm_not_ours":
      return "The host is managed by another MDM server, and this team asks for ours.";
    case "mdm_unknown":
      return "The host hasn't said for too long whether device management (MDM) is on.";
    case "waiting_for_mdm":
      return "The host hasn't said yet whether device management (MDM) is on.";
    case "stale":
      return "The host hasn't checked in for too long.";
    case "not_registered":
      return "The host has no Entra identity: nobody has registered it with Company Portal yet.";
    case "waiting_for_person":
      return "Entra knows the device, but not whose it is: waiting for the person to register.";
    case "conflict":
      return `Another host${reason.otherHostId === undefined ? "" : ` (${reason.otherHostId})`} holds the same Entra device id; this one isn't reported.`;
    case "platform_not_reported":
      return "The connection to Microsoft doesn't report hosts of this platform.";
  }
}
