import type { Metadata } from "next";
import Link from "next/link";
import { accessWord, type AccessState } from "@/app/_components/access-state";
import type { SearchParams } from "@/app/_components/address";
import { Blank, NoPermission } from "@/app/_components/blank";
import { chosenTeam } from "@/app/_components/chosen-team";
import { Mark } from "@/app/_components/icon";
import { LiveRefresh } from "@/app/_components/live-refresh";
import { Time } from "@/app/_components/time";
import { TimeFrame } from "@/app/_components/time-frame";
import { requireAdmin } from "@/lib/auth/require-admin";
import { isAllowed } from "@/lib/authorize";
import { getOverview, type Overview } from "@/lib/compliance/get-overview";
import { Formation } from "./_overview/formation";
import "./_overview/overview.css";
import { AnswerToAccepted, BlockedNow, NeedsYou, scoped, WhatBlocks } from "./_overview/parts";

export const metadata: Metadata = { title: "Overview" };

/** How many are let in, who is out and why, and how fast Microsoft hears of it. */
export default async function OverviewPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const ctx = await requireAdmin();
  if (!isAllowed(ctx, "host:list") || !isAllowed(ctx, "report:read")) return <NotForYou />;
  const teamId = chosenTeam(ctx, await searchParams);
  const overview = await getOverview(ctx, { teamId });
  return (
    <TimeFrame now={overview.now}>
      <LiveRefresh seconds={5} />
      {overview.fleet.total === 0 ? <NoHosts teamId={teamId} /> : <Figures overview={overview} teamId={teamId} />}
    </TimeFrame>
  );
}

function Figures({ overview, teamId }: { overview: Overview; teamId: number | undefined }) {
  const { byAccess, fleet } = overview;
  const noun = fleet.macs === fleet.total ? (fleet.total === 1 ? "Mac" : "Macs") : fleet.total === 1 ? "host" : "hosts";
  return (
    <>
      <div className="ovhead pad">
        <h1>{headline(overview, noun)}</h1>
        <p className="faint sm">
          Live. Last check-in <Time at={fleet.lastSeenAt} none="not yet" />.
        </p>
      </div>
      <nav className="states ovstates" aria-label="Hosts by access">
        {(["held", "unsure", "loose", "in"] as const).map((state) => (
          <Link key={state} href={scoped("/hosts", teamId, { access: state })}>
            <Mark name={state} className={`mk ${state}`} />
            <span className={state}>{accessWord(state)}</span> <b>{byAccess[state].toLocaleString("en")}</b>
            <span className="xs faint">{remark(state, overview)}</span>
          </Link>
        ))}
      </nav>
      <Formation counts={byAccess} noun={noun} />
      <div className="pad ovcols">
        <BlockedNow overview={overview} noun={noun} teamId={teamId} />
        <div className="side">
          <AnswerToAccepted overview={overview} />
          <NeedsYou overview={overview} />
          <WhatBlocks overview={overview} teamId={teamId} />
        </div>
      </div>
    </>
  );
}

function headline({ byAccess, fleet }: Overview, noun: string): string {
  const total = fleet.total.toLocaleString("en");
  if (byAccess.unsure === fleet.total) return fleet.total === 1 ? `1 ${noun} reports, without a verdict yet` : `${total} ${noun} report, without a verdict yet`;
  if (byAccess.in === fleet.total) return fleet.total === 1 ? `The one ${noun} is let in` : `All ${total} ${noun} are let in`;
  return `${byAccess.in.toLocaleString("en")} of ${total} ${noun} ${byAccess.in === 1 ? "is" : "are"} let in`;
}

function remark(state: AccessState, { changes, fleet }: Overview): string {
  switch (state) {
    case "held": {
      const more = (changes.held?.entered ?? 0) - (changes.held?.left ?? 0);
      return more === 0 ? "as many as yesterday" : `${Math.abs(more).toLocaleString("en")} ${more > 0 ? "more" : "fewer"} than yesterday`;
    }
    case "unsure":
      return "no verdict yet";
    case "loose":
      return "MDM is off";
    case "in":
      return fleet.byException === 0 ? "none by exception" : `${fleet.byException.toLocaleString("en")} by exception`;
  }
}

function NoHosts({ teamId }: { teamId: number | undefined }) {
  return (
    <>
      <div className="ovhead pad">
        <h1>Overview</h1>
      </div>
      <Blank
        drawing="empty"
        title={teamId === undefined ? "No hosts yet" : "No hosts in this team yet"}
        action={
          <Link className="btn primary" href={scoped("/hosts", teamId, { add: "1" })}>
            Add hosts
          </Link>
        }
      >
        Install the agent on one Mac to see it here within 10 seconds.
      </Blank>
    </>
  );
}

function NotForYou() {
  return (
    <div className="pad">
      <div className="ovhead">
        <h1>Overview</h1>
      </div>
      <NoPermission who="a role that reads hosts and reports" />
    </div>
  );
}
