import type { ReactNode } from "react";

const minute = 60_000;

/** Text whose parts between asterisks are what to look for on Microsoft's pages. */
export function emphasised(text: string): ReactNode[] {
  return text.split("*").map((part, index) => (index % 2 === 1 ? <b key={index}>{part}</b> : part));
}

/** How long ago, or in how long, in at most two units. */
export function saySpan(ms: number): string {
  const total = Math.max(0, Math.round(Math.abs(ms) / 1000));
  if (total < 60) return `${total} s`;
  const [days, hours, minutes] = [Math.floor(total / 86_400), Math.floor(total / 3600) % 24, Math.floor(total / 60) % 60];
  if (days > 0) return hours > 0 && days < 7 ? `${days} d ${hours} h` : `${days} d`;
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min`;
}

/** A time as people say it, with the exact one behind it. `none` stands for a time that isn't known. */
export function When({ at, now, none = "Never" }: { at: Date | null; now: Date; none?: string }) {
  if (!at) return <span className="faint">{none}</span>;
  const passed = now.getTime() - at.getTime();
  const isNear = Math.abs(passed) < 24 * 60 * minute;
  const text = isNear ? (passed >= 0 ? `${saySpan(passed)} ago` : `in ${saySpan(passed)}`) : sayDay(at, now);
  return (
    <time dateTime={at.toISOString()} title={at.toISOString().replace("T", " ").replace("Z", " UTC")}>
      {text}
    </time>
  );
}

/** A day in words, with its year when it isn't this one. */
export function sayDay(at: Date, now: Date): string {
  const sameYear = at.getUTCFullYear() === now.getUTCFullYear();
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", ...(sameYear ? {} : { year: "numeric" }), timeZone: "UTC" }).format(at);
}

/** A count as people write it; one gives its own word. */
export function counted(count: number, one: string, many: string): string {
  return `${new Intl.NumberFormat("en").format(count)} ${count === 1 ? one : many}`;
}
