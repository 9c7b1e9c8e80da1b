import type { Metadata } from "next";
import Link from "next/link";
import { Blank, NoPermission } from "@/app/_components/blank";
import { Icon } from "@/app/_components/icon";
import { LiveRefresh } from "@/app/_components/live-refresh";
import { PageHeader } from "@/app/_components/page-header";
import { TimeFrame } from "@/app/_components/time-frame";
import { requireAdmin } from "@/lib/auth/require-admin";
import { isAllowed } from "@/lib/authorize";
import { getHealth, type Health } from "@/lib/health/get-health";
import { HealthCharts } from "./health-charts";
import { Instances } from "./instances";
import { Scraping } from "./scraping";
import "./health.css";

export const metadata: Metadata = { title: "Health" };
export const dynamic = "force-dynamic";

/** Whether this server does well, what is wrong if not, and the last 24 hours in figures. */
export default async function HealthPage() {
  const ctx = await requireAdmin();
  const header = <PageHeader title="Health" crumbs={[{ href: "/settings", text: "Settings" }]} note="How this server does, and each process of it." />;
  if (!isAllowed(ctx, "security_settings:read")) {
    return (
      <>
        {header}
        <div className="pad">
          <NoPermission />
        </div>
      </>
    );
  }
  const health = await getHealth(ctx);
  return (
    <TimeFrame now={health.now}>
      <LiveRefresh seconds={30} />
      {header}
      <div className="pad health">
        {health.points.length === 0 ? <NothingYet /> : <Figures health={health} />}
        <Scraping scraping={health.scraping} />
      </div>
    </TimeFrame>
  );
}

function Figures({ health }: { health: Health }) {
  return (
    <>
      <section aria-labelledby="state">
        <h2 className="h-state" id="state">
          {headline(health)}
        </h2>
        {health.problems.length === 0 ? (
          <p className="muted">{calmWords(health)}</p>
        ) : (
          <ul className="h-problems">
            {health.problems.map(({ code, what, remedy, href }) => (
              <li key={`${code} ${what}`}>
                <Icon name="warn" />
                <span>
                  <b>{what}</b> <span className="muted">{remedy}</span> {href && <Link href={href}>See the connection</Link>}
                </span>
              </li>
            ))}
          </ul>
        )}
      </section>
      <Instances instances={health.instances} />
      <HealthCharts points={health.points} since={health.since} now={health.now} />
    </>
  );
}

function headline({ problems, instances }: Health): string {
  if (problems.length === 1) return "One thing needs you";
  if (problems.length > 1) return `${problems.length} things need you`;
  return instances.some(({ state }) => state === "ready") ? "All is well" : "Nothing has reported in the last hour";
}

function calmWords({ instances, points }: Health): string {
  const serving = instances.filter(({ state }) => state === "ready").length;
  const calls = Math.round(points.at(-1)?.callsPerSecond ?? 0);
  if (serving === 0) return "The figures below are older.";
  const rate = calls === 0 ? "hardly any agent" : calls === 1 ? "1 call of agents a second" : `${calls.toLocaleString("en")} calls of agents a second`;
  return `${serving === 1 ? "One process serves" : `${serving} processes serve`} ${rate}. Nothing waits for longer than it should.`;
}

function NothingYet() {
  return (
    <Blank drawing="empty" title="Nothing measured yet">
      A process shows its first figures a few seconds after it starts, and new ones every 30 seconds.
    </Blank>
  );
}
