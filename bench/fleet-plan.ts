import { createHash } from "node:crypto";

/** What a seeded fleet looks like. Shares are from 0 to 1. */
export interface FleetPlan {
  hosts: number;
  /** Teams beside "No team", over which the hosts are spread; 0: all in "No team". */
  teams: number;
  /** Conditional access in all those teams. */
  gate: boolean;
  /** Policies for all teams and macOS. */
  policies: number;
  /** So many of them, the first, gate access. */
  gatedPolicies: number;
  /** Dynamic labels that every host is asked about; each has half the fleet. */
  labels: number;
  /** So many of the policies, the last, ask one of these labels' hosts only. */
  scopedPolicies: number;
  /** Of the answers to policies that don't gate: failing, and without a usable answer. */
  failShare: number;
  noAnswerShare: number;
  /** Of the answers to each gated policy: failing. A host that fails one is held, and asked at every check-in. */
  gatedFailShare: number;
  /** The connection that the teams use by default, and whether Microsoft has accepted what is true of each device; null: identities without a connection. */
  entra: { connectionId: number; tenantId: string; domain: string; told: boolean } | null;
  now: Date;
}

/** A fleet that a scenario doesn't want otherwise: ten teams with the gate on, 20 policies of which 3 gate, 5 labels. */
export const usualFleet: Omit<FleetPlan, "hosts" | "now"> = {
  teams: 10,
  gate: true,
  policies: 20,
  gatedPolicies: 3,
  labels: 5,
  scopedPolicies: 2,
  failShare: 0.05,
  noAnswerShare: 0.01,
  gatedFailShare: 0.005,
  entra: null,
};

/** A fleet in the database: what the load has to know of it. Plain data, so that another process can have it. The nth host has the id `firstHostId + n`. */
export interface SeededFleet {
  hosts: number;
  firstHostId: number;
  teamIds: number[];
  policyIds: number[];
  gatedPolicies: number;
  scopedPolicies: number;
  labelIds: number[];
  /** Built-in labels that every Mac is in. */
  everyMacLabelIds: number[];
  failShare: number;
  noAnswerShare: number;
  gatedFailShare: number;
  domain: string;
  /** Milliseconds since 1970. */
  seededAt: number;
}

/** The osquery node key of the nth host. */
export const nodeKeyOf = (n: number): string => `bench-node-${n}`;
/** The orbit node key of the nth host. */
export const orbitKeyOf = (n: number): string => `bench-orbit-${n}`;
/** The device token of the nth host after so many rotations. */
export const deviceTokenOf = (n: number, rotations = 0): string => uuidOf(`bench-device-${n}${rotations === 0 ? "" : `-${rotations}`}`);
/** The hardware UUID of the nth host. */
export const hardwareUuidOf = (n: number): string => uuidOf(`bench-hardware-${n}`).toUpperCase();
/** The Entra device id of the nth host. */
export const entraDeviceIdOf = (n: number): string => uuidOf(`bench-entra-${n}`);
/** The person at the nth host. */
export const personOf = (n: number, domain: string): string => `person-${n}@${domain}`;
/** The name of the nth host. */
export const hostNameOf = (n: number): string => `bench-mac-${n}`;
/** When the nth host started, in milliseconds since 1970. */
export const startedAtOf = (n: number, seededAt: number): number => seededAt - (1 + (n % 480)) * 3_600_000;

function uuidOf(text: string): string {
  const hex = createHash("md5").update(text).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** A number from 0 to below 1 for a host and a subject, the same here and in SQL (`shareSql`), so that nobody has to store what a host answers. */
export function shareOf(n: number, subject: number): number {
  const mixed = Math.imul(n * 7919 + subject * 104_729 + 1, 1_597_334_677) >>> 0;
  return (Math.imul(mixed ^ (mixed >>> 15), 1_540_483_477) >>> 0) / 4_294_967_296;
}

/** The same number as an SQL expression over two integer expressions. Stays within bigint for 10 million hosts and a million subjects. */
export function shareSql(n: string, subject: string): string {
  const mixed = `(((${n}) * 7919::bigint + (${subject}) * 104729::bigint + 1) % 4294967296 * 1597334677 % 4294967296)`;
  return `(((${mixed} # (${mixed} >> 15)) * 1540483477 % 4294967296) / 4294967296.0::float8)`;
}

const labelSubjects = 500_000;

/** Subject of the share that decides whether a host is in the nth seeded label. */
export const labelSubject = (index: number): number => labelSubjects + index;

/** Whether a host is in the nth seeded label. */
export function isInLabel(n: number, index: number): boolean {
  return shareOf(n, labelSubject(index)) < 0.5;
}

/** Which seeded label the nth policy asks, or -1 for every host. */
export function labelOfPolicy(fleet: Pick<SeededFleet, "policyIds" | "labelIds" | "scopedPolicies">, index: number): number {
  const scoped = index >= fleet.policyIds.length - fleet.scopedPolicies && fleet.labelIds.length > 0;
  return scoped ? index % fleet.labelIds.length : -1;
}

/** What a host answers to the nth seeded policy as long as nothing happens to it. */
export function outcomeOf(
  fleet: Pick<SeededFleet, "gatedPolicies" | "gatedFailShare" | "failShare" | "noAnswerShare">,
  n: number,
  index: number,
): "pass" | "fail" | "unknown" {
  const share = shareOf(n, index);
  if (index < fleet.gatedPolicies) return share < fleet.gatedFailShare ? "fail" : "pass";
  if (share < fleet.failShare) return "fail";
  return share < fleet.failShare + fleet.noAnswerShare ? "unknown" : "pass";
}
