import { TimeOfDay } from "./time-of-day";

/** What a chart draws of points: up to two lines in one unit, which `say` puts in words. */
export interface ChartFacts<Point> {
  key: string;
  title: string;
  about: string;
  /** null: nothing was measured, and the line has a gap. */
  lines: { name: string; read: (point: Point) => number | null }[];
  say: (value: number) => string;
  /** Where it begins to be a problem. */
  threshold?: number;
  /** The axis ends here instead of at the highest value. */
  top?: number;
  /** Which end of the figures is worth a word; default highest. */
  extreme?: "highest" | "lowest";
  /** What is said when there is no value at all. */
  none?: string;
}

interface Mark {
  at: Date;
  value: number;
}

const [width, height, floor] = [1440, 64, 60];
const pointMs = 10 * 60_000;
const dayMs = 24 * 60 * 60_000;
const hourMs = 60 * 60_000;

/** One figure over 24 hours as a line, with its newest value at the end of it, its extreme in words, and the same by the hour in a table. */
export function LineChart<Point extends { at: Date }>({ facts, points, since, now }: { facts: ChartFacts<Point>; points: Point[]; since: Date; now: Date }) {
  const { key, title, about, say, threshold, none = "Nothing was measured in the last 24 hours." } = facts;
  const lines = facts.lines.map(({ name, read }) => ({ name, marks: marksOf(points, read) }));
  const all = lines.flatMap(({ marks }) => marks);
  const extreme = extremeOf(all, facts.extreme ?? "highest");
  const highest = Math.max(0, ...all.map(({ value }) => value));
  // A figure that is far from its threshold keeps the chart to itself.
  const showsThreshold = threshold !== undefined && highest > threshold * 0.5;
  const top = facts.top ?? (Math.max(highest, showsThreshold ? threshold : 0) * 1.1 || 1);
  const x = (at: Date) => ((at.getTime() + pointMs / 2 - since.getTime()) / dayMs) * width;
  const y = (value: number) => floor - (Math.min(value, top) / top) * (floor - 4);
  const ends = lines.flatMap(({ name, marks }) => {
    const last = marks.at(-1);
    return last && now.getTime() - last.at.getTime() < 2 * pointMs ? [{ name, value: last.value, y: y(last.value) }] : [];
  });
  const heading = `chart-${key}`;
  return (
    <section className="h-chart" aria-labelledby={heading}>
      <h3 id={heading}>{title}</h3>
      <p className="sm muted">{about}</p>
      {extreme === null ? (
        <p className="sm faint h-none">{none}</p>
      ) : (
        <>
          <div className="h-plot">
            <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
              <path d={`M0 ${floor}H${width}`} stroke="var(--line-strong)" strokeWidth="1" vectorEffect="non-scaling-stroke" opacity="0.5" />
              {showsThreshold && (
                <path d={`M0 ${y(threshold)}H${width}`} stroke="var(--unsure)" strokeWidth="1" strokeDasharray="3 4" vectorEffect="non-scaling-stroke" />
              )}
              {lines.map(({ name, marks }, index) => (
                <path
                  key={name}
                  d={lineOf(marks, x, y)}
                  fill="none"
                  stroke={index === 0 ? "var(--sea)" : "var(--ink-3)"}
                  strokeWidth={index === 0 ? 1.8 : 1.4}
                  vectorEffect="non-scaling-stroke"
                  strokeLinejoin="round"
                  strokeLinecap="round"
                />
              ))}
              {lines.map(({ name, marks }, index) => (
                <path
                  key={name}
                  d={dotsOf(marks, x, y)}
                  stroke={index === 0 ? "var(--sea)" : "var(--ink-3)"}
                  strokeWidth="4"
                  vectorEffect="non-scaling-stroke"
                  strokeLinecap="round"
                />
              ))}
            </svg>
            {apart(ends).map(({ name, value, y: top }, index) => (
              <span key={name} aria-hidden="true" className={`xs h-end ${index === 0 ? "" : "second"}`} style={{ top: top - 8 }}>
                {lines.length > 1 && <span className="faint">{name} </span>}
                {say(value)}
              </span>
            ))}
          </div>
          <p className="xs faint h-axis" aria-hidden="true">
            {[6, 12, 18].map((hours) => (
              <span key={hours} style={{ left: `${(hours / 24) * 100}%` }}>
                <TimeOfDay at={new Date(since.getTime() + hours * hourMs).toISOString()} />
              </span>
            ))}
          </p>
          <p className="sm">
            {ends.map(({ name, value }) => (
              <span key={name} className="vh">
                {name} now {say(value)}.{" "}
              </span>
            ))}
            {extreme.value === 0 && facts.extreme !== "lowest" ? (
              <>Always {say(0)}</>
            ) : (
              <>
                {facts.extreme === "lowest" ? "Lowest" : "Highest"} {say(extreme.value)} at <TimeOfDay at={extreme.at.toISOString()} />
              </>
            )}
            {threshold !== undefined && <span className="muted">; more than {say(threshold)} needs a look</span>}.
          </p>
          <details className="fold h-table">
            <summary className="sm">By the hour</summary>
            <HourTable facts={facts} points={points} />
          </details>
        </>
      )}
    </section>
  );
}

function HourTable<Point extends { at: Date }>({ facts, points }: { facts: ChartFacts<Point>; points: Point[] }) {
  const hours = new Map<number, Point[]>();
  for (const point of points.toReversed()) {
    const hour = Math.floor(point.at.getTime() / hourMs) * hourMs;
    hours.set(hour, [...(hours.get(hour) ?? []), point]);
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so keys have to reach it
    <section className="h-hours" aria-label={`${facts.title} by the hour`} tabIndex={0}>
      <table className="tbl flat">
        <caption className="vh">
          {facts.title}: the {facts.extreme ?? "highest"} ten minutes of each hour
        </caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            {facts.lines.map(({ name }) => (
              <th key={name} scope="col" className="num">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {[...hours].map(([hour, within]) => (
            <tr key={hour}>
              <td>
                <TimeOfDay at={new Date(hour).toISOString()} />
              </td>
              {facts.lines.map(({ name, read }) => {
                const found = extremeOf(marksOf(within, read), facts.extreme ?? "highest");
                return (
                  <td key={name} className="num">
                    {found === null ? "–" : facts.say(found.value)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function marksOf<Point extends { at: Date }>(points: Point[], read: (point: Point) => number | null): Mark[] {
  return points.flatMap((point) => {
    const value = read(point);
    return value === null ? [] : [{ at: point.at, value }];
  });
}

function extremeOf(marks: Mark[], which: "highest" | "lowest"): Mark | null {
  const better = which === "highest" ? (a: Mark, b: Mark) => a.value > b.value : (a: Mark, b: Mark) => a.value < b.value;
  return marks.reduce<Mark | null>((best, mark) => (best === null || better(mark, best) ? mark : best), null);
}

const joins = (before: Mark | undefined, { at }: Mark) => before !== undefined && at.getTime() - before.at.getTime() <= pointMs;

// Where points are missing the line stops.
function lineOf(marks: Mark[], x: (at: Date) => number, y: (value: number) => number): string {
  return marks.map((mark, index) => `${joins(marks[index - 1], mark) ? "L" : "M"}${x(mark.at).toFixed(1)} ${y(mark.value).toFixed(1)}`).join("");
}

// A point without a neighbour has no line, and would not be seen.
function dotsOf(marks: Mark[], x: (at: Date) => number, y: (value: number) => number): string {
  const alone = marks.filter((mark, index) => {
    const after = marks[index + 1];
    return !joins(marks[index - 1], mark) && !(after && joins(mark, after));
  });
  return alone.map(({ at, value }) => `M${x(at).toFixed(1)} ${y(value).toFixed(1)}h.01`).join("");
}

// Two labels at one height would cover each other.
function apart<End extends { y: number }>(ends: End[]): End[] {
  const [first, second] = ends;
  if (!first || !second || Math.abs(first.y - second.y) >= 15) return ends;
  const middle = Math.min(floor - 8, Math.max(12, (first.y + second.y) / 2));
  const upper = first.y < second.y ? -1 : 1;
  return [
    { ...first, y: middle + upper * 7.5 },
    { ...second, y: middle - upper * 7.5 },
  ];
}
