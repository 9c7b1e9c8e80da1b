import { z } from "zod";

/** For how many days each kind of history is kept; 0 is for ever. */
export interface Retention {
  /** Changes of access. The last one of each host stays in any case. */
  transitionDays: number;
  /** Reports to Microsoft with their steps, and what needed somebody. The last accepted one of each device stays in any case. */
  reportDays: number;
  /** Reports that told Microsoft again what it knew, and that it took without trouble. Never longer than reportDays. */
  repeatDays: number;
  activityDays: number;
  /** Refused sign-ins and enrolments. Never longer than activityDays. */
  signInDays: number;
  /** Hosts that weren't heard of for so long are deleted; 0: never. */
  hostDays: number;
}

/** What can be kept, in the order in which it is shown. */
export const retentionKeys = ["transitionDays", "reportDays", "repeatDays", "activityDays", "signInDays", "hostDays"] as const;

const longest = 3650;
const days = (least: number) => {
  const expected = `expected 0 for ever, or ${least} to ${longest} days`;
  return z
    .number({ error: expected })
    .int("expected a whole number of days")
    .refine((value) => value === 0 || (value >= least && value <= longest), expected)
    .optional();
};

/**
 * What may be changed of it. Absent keeps. The least are such that nobody can erase what they did yesterday, and that a person's holiday doesn't
 * cost them their host.
 */
export const RetentionPatch = z.strictObject({
  transitionDays: days(30),
  reportDays: days(30),
  repeatDays: days(2),
  activityDays: days(30),
  signInDays: days(30),
  hostDays: z
    .number({ error: `expected 0 for never, or 14 to ${longest} days` })
    .int("expected a whole number of days")
    .refine((value) => value === 0 || (value >= 14 && value <= longest), `expected 0 for never, or 14 to ${longest} days`)
    .optional(),
});
export type RetentionPatch = z.infer<typeof RetentionPatch>;

const dayMs = 24 * 60 * 60 * 1000;

/** The instant before which a kind of history goes; null when it is kept for ever. Several periods: the shortest holds. */
export function keptSince(now: Date, ...periods: number[]): Date | null {
  const limited = periods.filter((period) => period > 0);
  return limited.length === 0 ? null : new Date(now.getTime() - Math.min(...limited) * dayMs);
}
