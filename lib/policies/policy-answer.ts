/** A host's answer to one policy; `unanswered`: it was asked this version, answered others and left this one out. */
export interface PolicyAnswer {
  hostId: number;
  policyId: number;
  policyVersion: number;
  outcome: "pass" | "fail" | "unknown" | "unanswered";
  /** The agent's words when the query couldn't run. */
  message: string;
}
