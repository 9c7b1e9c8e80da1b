/** A host and how it answered one policy. `since` is null while it hasn't answered this version; `accessState` is null until a first verdict. */
export interface PolicyHost {
  hostId: number;
  hostName: string;
  person: string;
  outcome: "pass" | "fail" | "unknown";
  since: Date | null;
  message: string;
  accessState: "in" | "held" | "unsure" | "loose" | null;
}
