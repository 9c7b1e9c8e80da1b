const hour = 60 * 60 * 1000;

/** A session ends after this long without use. */
export const idleLimitMs = 24 * hour;

/** A session ends this long after sign-in, however much it is used. */
export const absoluteLimitMs = 7 * 24 * hour;

/** A session's last use is written down at most this often. */
export const touchEveryMs = 60 * 1000;

/** When a session used at `now` ends. */
export function sessionExpiry(now: Date, absoluteEnd: Date): Date {
  return new Date(Math.min(now.getTime() + idleLimitMs, absoluteEnd.getTime()));
}
