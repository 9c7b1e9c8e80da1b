/** A team as it is stored; id 0 is "No team". `requireMdm`: any, ours or not_required. */
export interface TeamRow {
  id: number;
  name: string;
  description: string;
  isDefault: boolean;
  conditionalAccessEnabled: boolean;
  conditionalAccessSince: Date | null;
  auditOnly: boolean;
  requireMdm: string;
  staleAfterSeconds: number;
  unknownGraceSeconds: number;
  onDisable: string;
  connectionId: number | null;
  createdAt: Date;
  updatedAt: Date;
}

/** What becomes of hosts in Entra when their team stops gating: keep the last answer, let all in, or keep all out. */
export type OnDisable = "leave" | "release" | "lock";

/** What can be set on a team beside its name. */
export interface TeamSettings {
  auditOnly: boolean;
  requireMdm: "any" | "ours" | "not_required";
  staleAfterSeconds: number;
  unknownGraceSeconds: number;
  onDisable: OnDisable;
  connectionId: number | null;
}

/** How many hosts and users a team has. */
export interface TeamCounts {
  hostCount: number;
  userCount: number;
}
