const secondMs = 1000;
const minuteMs = 60 * secondMs;

/** How long a sender may hold a report before another takes it over; longer than any single call to Microsoft. */
export const leaseMs = 35 * secondMs;

/** How many reports of one connection go out at the same time, over all instances. */
export const laneWidth = 4;

/** After this long without Microsoft's word on a message, Entra itself is asked. */
export const longestPendingMs = 15 * minuteMs;

/** How long a report rests in attention before it is tried once more. */
export const attentionRestMs = 24 * 60 * minuteMs;

/** How long a report waits for the person to register before Graph is asked again whose the device is. */
export const waitForPersonMs = 60 * minuteMs;

/** The gap before the look after `looks` looks at a message's fate. */
export function pollGapMs(looks: number): number {
  return ([2, 5, 10, 15, 30][looks] ?? 60) * secondMs;
}

/** The gap before Entra is read again after `looks` reads that differed, or null when it has had time enough: Graph answers from copies that lag behind. */
export function readGapMs(looks: number): number | null {
  const seconds = [3, 10, 45][looks - 1];
  return seconds === undefined ? null : seconds * secondMs;
}

/** A connection with so many due reports has a backlog: what was sent is then looked at later and in company, so that calls are left for what waits. */
export const backlogReports = 20;

/** When what was sent or accepted at this moment is looked at under a backlog: four to eight seconds later, many at the same instant, so that one question can be about all of them. */
export function lookInCompanyAt(now: Date): Date {
  const stepMs = 4 * secondMs;
  return new Date(Math.ceil((now.getTime() + stepMs) / stepMs) * stepMs);
}

/** The gaps between looks by the state of what is looked at and the looks so far; the last one goes on. */
export const lookGapsMs = {
  submitted: Array.from({ length: 6 }, (_, looks) => pollGapMs(looks + 1)),
  completed: Array.from({ length: 4 }, (_, looks) => readGapMs(looks + 1) ?? minuteMs),
};

/** The gap before the attempt after `failures` failures or mismatches, or null when an admin has to look. */
export function failureGapMs(failures: number): number | null {
  const minutes = [1, 5, 15, 60][failures - 1];
  return minutes === undefined ? null : minutes * minuteMs;
}

/** The gap before a call that didn't get through is tried again: 2 s, 4, 8 … at most 5 min, with full jitter, and never before Microsoft's Retry-After. `chance` is in [0, 1). */
export function backoffMs(attempts: number, retryAfterMs: number | undefined, chance: number): number {
  const ceiling = Math.min(5 * minuteMs, 2 * secondMs * 2 ** Math.min(attempts - 1, 20));
  return Math.max(retryAfterMs ?? 0, Math.ceil(ceiling * Math.max(chance, 0.1)));
}
