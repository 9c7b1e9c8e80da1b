"use client";
import { formatSpan, formatTimeOfDay } from "@/app/_components/format-time";
import { useNow } from "@/app/_components/time";

interface Point {
  at: string;
  medianMs: number;
}

const [chartWidth, chartHeight] = [320, 56];

/** The median per half hour as one line over 24 hours, its highest point labelled. The sentence above it says the same in words. */
export function DeliveryChart({ points, since }: { points: Point[]; since: string }) {
  const { timeZone } = useNow();
  const from = Date.parse(since);
  const peak = points.reduce<Point | null>((top, point) => (top && top.medianMs >= point.medianMs ? top : point), null);
  if (points.length < 2 || !peak) return null;
  const x = (at: string) => ((Date.parse(at) - from) / 86_400_000) * chartWidth;
  const y = (ms: number) => 52.5 - (ms / (peak.medianMs * 1.15)) * 48;
  const line = points.map(({ at, medianMs }, i) => `${i === 0 ? "M" : "L"}${x(at).toFixed(1)} ${y(medianMs).toFixed(1)}`).join("");
  const peakWords = `${formatSpan(peak.medianMs, true)} at ${formatTimeOfDay(new Date(peak.at), timeZone)}`;
  const peakLeft = (x(peak.at) / chartWidth) * 100;
  const marks = [6, 12, 18].map((hours) => ({ hours, words: formatTimeOfDay(new Date(from + hours * 3_600_000), timeZone) }));
  return (
    <>
      <p className="vh">Median time from a host’s answer to Microsoft’s acceptance in the last 24 hours, highest {peakWords}.</p>
      <div className="sparkw">
        <svg className="spark" viewBox={`0 0 ${chartWidth} ${chartHeight}`} preserveAspectRatio="none" aria-hidden="true">
          <path d={`M0 52.5H${chartWidth}`} stroke="var(--line)" vectorEffect="non-scaling-stroke" />
          <path d={line} fill="none" stroke="var(--sea)" strokeWidth="1.8" vectorEffect="non-scaling-stroke" strokeLinejoin="round" />
        </svg>
        <span
          aria-hidden="true"
          className="xs muted peak"
          style={peakLeft > 60 ? { right: `${103 - peakLeft}%` } : { left: `${peakLeft + 4}%` }}
          suppressHydrationWarning
        >
          {peakWords}
        </span>
      </div>
      <p className="xs faint axis" aria-hidden="true">
        {marks.map(({ hours, words }) => (
          <span key={hours} style={{ left: `${(hours / 24) * 100}%` }} suppressHydrationWarning>
            {words}
          </span>
        ))}
      </p>
    </>
  );
}
