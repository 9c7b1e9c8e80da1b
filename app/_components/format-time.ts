const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const formats = new Map<string, Intl.DateTimeFormat>();

function format(timeZone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${timeZone} ${JSON.stringify(options)}`;
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat("en-GB", { timeZone, hourCycle: "h23", ...options });
    formats.set(key, made);
  }
  return made;
}

/** "09:14", in the reader's zone. */
export function formatTimeOfDay(at: Date, timeZone: string): string {
  return format(timeZone, { hour: "2-digit", minute: "2-digit" }).format(at);
}

/** "09:14:02", or "09:14:02.801" with milliseconds. */
export function formatStamp(at: Date, timeZone: string, milliseconds = false): string {
  const whole = format(timeZone, { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(at);
  return milliseconds ? `${whole}.${String(at.getUTCMilliseconds()).padStart(3, "0")}` : whole;
}

/** The calendar day in the reader's zone, for comparing. */
export function dayOf(at: Date, timeZone: string): string {
  return format(timeZone, { year: "numeric", month: "2-digit", day: "2-digit" }).format(at);
}

/** "Today", "Yesterday", "Tue", "8 Mar" or "8 Mar 2025". */
export function formatDay(at: Date, now: Date, timeZone: string): string {
  if (dayOf(at, timeZone) === dayOf(now, timeZone)) return "Today";
  const apart = Math.abs(now.getTime() - at.getTime());
  if (dayOf(at, timeZone) === dayOf(new Date(now.getTime() - dayMs), timeZone)) return "Yesterday";
  if (apart < 6 * dayMs) return format(timeZone, { weekday: "short" }).format(at);
  return formatDate(at, now, timeZone);
}

function formatDate(at: Date, now: Date, timeZone: string): string {
  const sameYear = format(timeZone, { year: "numeric" }).format(at) === format(timeZone, { year: "numeric" }).format(now);
  const words = format(timeZone, { day: "numeric", month: "short", ...(!sameYear && { year: "numeric" }) }).format(at);
  return words.replace("Sept", "Sep"); // every month in three letters
}

/** A clock time: "09:14" today, "Tue 14:02" within a week, then "8 Mar", then "8 Mar 2025". */
export function formatClock(at: Date, now: Date, timeZone: string): string {
  const apart = Math.abs(now.getTime() - at.getTime());
  if (dayOf(at, timeZone) === dayOf(now, timeZone)) return formatTimeOfDay(at, timeZone);
  if (apart < 6 * dayMs) return `${format(timeZone, { weekday: "short" }).format(at)} ${formatTimeOfDay(at, timeZone)}`;
  return formatDate(at, now, timeZone);
}

/** A span in at most two units: "3.1 s" under ten seconds when `fine`, "12 s", "5 h 18 min", "1 d 3 h". */
export function formatSpan(ms: number, fine = false): string {
  const span = Math.max(0, ms);
  if (span < 10 * secondMs && fine) return `${(span / secondMs).toFixed(1)} s`;
  if (span < minuteMs) return `${Math.floor(span / secondMs)} s`;
  if (span < hourMs) return `${Math.floor(span / minuteMs)} min`;
  if (span < dayMs) return join(Math.floor(span / hourMs), "h", Math.floor((span % hourMs) / minuteMs), "min");
  return join(Math.floor(span / dayMs), "d", Math.floor((span % dayMs) / hourMs), "h");
}

function join(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** "12 s ago", "5 h ago", then a clock time. What lies ahead by a clock's error counts as now. */
export function formatAgo(at: Date, now: Date, timeZone: string): string {
  const span = now.getTime() - at.getTime();
  if (span >= dayMs || span < -minuteMs) return formatClock(at, now, timeZone);
  if (span < secondMs) return "now";
  if (span < hourMs) return `${formatSpan(span)} ago`;
  return `${Math.floor(span / hourMs)} h ago`;
}

/** What a reader gets on hover: the exact local time with its zone, and UTC. */
export function formatExact(at: Date, timeZone: string): string {
  const day = format(timeZone, { weekday: "short", day: "numeric", month: "short", year: "numeric" }).format(at);
  const zone =
    format(timeZone, { hour: "2-digit", timeZoneName: "short" })
      .formatToParts(at)
      .find(({ type }) => type === "timeZoneName")?.value ?? timeZone;
  const local = `${day}, ${formatStamp(at, timeZone)} ${zone}`;
  return zone === "UTC" ? local : `${local} (${at.toISOString().slice(0, 19).replace("T", " ")} UTC)`;
}
