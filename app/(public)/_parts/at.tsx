const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "always" });

/** A moment: without script as "6 minutes ago", because the server doesn't know the reader's clock; with it, as the clock's time. */
export function At({ at, now, seconds = false }: { at: Date; now: Date; seconds?: boolean }) {
  const past = Math.round((at.getTime() - now.getTime()) / 1000);
  const [unit, size] = units.find(([, length]) => Math.abs(past) >= length) ?? (["second", 1] as const);
  return (
    <time dateTime={at.toISOString()} data-clock={seconds ? "s" : "m"}>
      {relative.format(Math.trunc(past / size), unit)}
    </time>
  );
}
