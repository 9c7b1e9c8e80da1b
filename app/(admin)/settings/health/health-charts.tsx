import type { HealthPoint } from "@/lib/health/get-health";
import { thresholds } from "@/lib/health/judge-health";
import { saySeconds } from "@/lib/health/say-seconds";
import { LineChart, type ChartFacts } from "./line-chart";

const whole = (value: number) => Math.round(value).toLocaleString("en");
const rate = (value: number) => `${value > 0 && value < 10 ? value.toFixed(1) : whole(value)} /s`;
const percent = (value: number) => `${(value * 100).toFixed(value > 0.995 && value < 1 ? 1 : 0)} %`;

const charts: ChartFacts<HealthPoint>[] = [
  {
    key: "calls",
    title: "Calls of agents",
    about: "A second, all processes together.",
    lines: [{ name: "Calls", read: ({ callsPerSecond }) => callsPerSecond }],
    say: rate,
  },
  {
    key: "answers",
    title: "Answer to an agent",
    about: "99 of 100 take no longer.",
    lines: [{ name: "99 of 100", read: ({ answerP99 }) => answerP99 }],
    say: saySeconds,
    threshold: thresholds.answerP99,
    none: "No agent called in the last 24 hours.",
  },
  {
    key: "acceptance",
    title: "From change to accepted",
    about: "Until Microsoft has taken a new verdict.",
    lines: [
      { name: "Half", read: ({ acceptanceP50 }) => acceptanceP50 },
      { name: "95 of 100", read: ({ acceptanceP95 }) => acceptanceP95 },
    ],
    say: saySeconds,
    none: "Microsoft accepted no report in the last 24 hours.",
  },
  {
    key: "reports",
    title: "Reports waiting",
    about: "Not yet sent to Microsoft.",
    lines: [{ name: "Reports", read: ({ reportsWaiting }) => reportsWaiting }],
    say: whole,
  },
  {
    key: "age",
    title: "Oldest report waiting",
    about: "How long it could have gone out.",
    lines: [{ name: "Oldest", read: ({ reportOldest }) => reportOldest }],
    say: saySeconds,
    threshold: thresholds.reportOldest,
  },
  {
    key: "jobs",
    title: "Background jobs waiting",
    about: "Due, and not running yet.",
    lines: [{ name: "Jobs", read: ({ jobsWaiting }) => jobsWaiting }],
    say: whole,
  },
  {
    key: "loop",
    title: "Event loop",
    about: "How late agents’ calls, and pages and jobs, get their turn: 99 of 100 are no later.",
    lines: [
      { name: "Agents", read: ({ loopLag }) => loopLag },
      { name: "Pages", read: ({ pageLag }) => pageLag },
    ],
    say: saySeconds,
    threshold: thresholds.loopLag,
  },
  {
    key: "pool",
    title: "Database connections",
    about: "Of the busiest process, at its busiest moment.",
    lines: [
      { name: "In use", read: ({ poolBusy }) => poolBusy },
      { name: "Waited for", read: ({ poolWaiting }) => poolWaiting },
    ],
    say: whole,
  },
  {
    key: "hits",
    title: "Hosts known in memory",
    about: "Of agents’ calls, those that needn’t ask the database who calls.",
    lines: [{ name: "In memory", read: ({ hitShare }) => hitShare }],
    say: percent,
    top: 1,
    extreme: "lowest",
    none: "No agent called in the last 24 hours.",
  },
];

/** The last 24 hours in nine figures, ten minutes to a point. */
export function HealthCharts({ points, since, now }: { points: HealthPoint[]; since: Date; now: Date }) {
  return (
    <section aria-labelledby="day">
      <div className="sech">
        <h2 className="h2" id="day">
          The last 24 hours
        </h2>
      </div>
      <div className="h-charts">
        {charts.map((facts) => (
          <LineChart key={facts.key} facts={facts} points={points} since={since} now={now} />
        ))}
      </div>
    </section>
  );
}
