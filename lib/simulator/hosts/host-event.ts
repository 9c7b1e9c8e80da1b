import type { ComputerPatch } from "./computer";
import type { QueryAnswer } from "./answer-query";

/** What a simulated computer did, told as it happens. */
export type HostEventDetail =
  | { type: "started" | "stopped" }
  | { type: "orbit_enrolled" | "enrolled" | "node_invalid" }
  | { type: "read"; queries: string[]; accelerateSeconds: number | null }
  | { type: "read_spoiled"; reason: string }
  | { type: "wrote"; answers: number; duplicate: boolean }
  | { type: "accelerated"; seconds: number }
  | { type: "token_rotated" }
  | { type: "logged"; logType: "result" | "status"; lines: number }
  | { type: "call_failed"; path: string; reason: string }
  | { type: "changed"; patch: ComputerPatch };

export type HostEvent = HostEventDetail & { host: number; at: number };

/** One question of the server and what the computer said. */
export interface AnsweredQuery extends QueryAnswer {
  name: string;
  sql: string;
}

/** What can be seen of a computer's agents from outside, for pages and tests. */
export interface HostStatus {
  running: boolean;
  enrolled: boolean;
  orbitEnrolled: boolean;
  deviceToken: string | null;
  /** Failing policies as the server last told the tray icon; null before it did. */
  failingPolicies: number | null;
  lastReadAt: number | null;
  lastWriteAt: number | null;
  /** Until when the server wants to be asked every 5 seconds. */
  accelerateUntil: number;
  /** The last answers, in the order they ran. */
  lastAnswers: AnsweredQuery[];
  lastError: string | null;
}
