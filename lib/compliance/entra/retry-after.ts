const longestWaitMs = 60 * 60 * 1000;

/** Reads Retry-After in either form, seconds or a date; undefined when it says nothing usable. Never more than an hour, never less than nothing. */
export function retryAfterMs(header: string | undefined, now: Date): number | undefined {
  if (!header) return undefined;
  const text = header.trim();
  const ms = /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now.getTime();
  if (Number.isNaN(ms)) return undefined;
  return Math.min(Math.max(0, Math.ceil(ms)), longestWaitMs);
}
