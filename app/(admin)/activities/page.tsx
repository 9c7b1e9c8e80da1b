import type { Metadata } from "next";
import Link from "next/link";
import { numberParam, param, withParams, wordParam, type SearchParams } from "@/app/_components/address";
import { Blank, NoPermission } from "@/app/_components/blank";
import { Icon } from "@/app/_components/icon";
import { ListFilter } from "@/app/_components/list-filter";
import { ListSearch } from "@/app/_components/list-search";
import { LiveRefresh } from "@/app/_components/live-refresh";
import { PageHeader } from "@/app/_components/page-header";
import { Time } from "@/app/_components/time";
import { TimeFrame } from "@/app/_components/time-frame";
import type { Activity } from "@/lib/activities/activity";
import { activityGroups } from "@/lib/activities/activity-groups";
import { activitySentence, sentenceText, type SentencePart } from "@/lib/activities/activity-sentence";
import { listActivities } from "@/lib/activities/list-activities";
import { requireAdmin } from "@/lib/auth/require-admin";
import { isAllowed } from "@/lib/authorize";
import { ActivityDetails } from "./_parts/activity-details";
import "../policies/_parts/policies.css";
import "./_parts/activities.css";

export const metadata: Metadata = { title: "Activity" };

const perPage = 50;
const who = [
  { value: "", label: "Everyone" },
  { value: "user", label: "People" },
  { value: "server", label: "The server" },
];
const about = [{ value: "", label: "Anything" }, ...Object.entries(activityGroups).map(([value, group]) => ({ value, label: group.label }))];
const dayMs = 86_400_000;
const spans = [
  { value: "", label: "Any time" },
  { value: "1", label: "Last 24 hours" },
  { value: "7", label: "Last 7 days" },
  { value: "30", label: "Last 30 days" },
];

/** Who did what: admins' deeds and the server's own, newest first. */
export default async function ActivitiesPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const ctx = await requireAdmin();
  if (!isAllowed(ctx, "activity:read")) {
    return (
      <>
        <PageHeader title="Activity" />
        <div className="pad">
          <NoPermission who="the observer role or more" />
        </div>
      </>
    );
  }
  const given = await searchParams;
  const page = numberParam(given, "page") ?? 0;
  const query = param(given, "q");
  const actor = wordParam(given, "who", ["", "user", "server"], "");
  const group = activityGroups[param(given, "about")];
  const days = wordParam(given, "days", ["", "1", "7", "30"], "");
  const filter = {
    query,
    actor,
    about: group ? param(given, "about") : "",
    teamId: numberParam(given, "team_id") ?? null,
    hostId: numberParam(given, "host_id") ?? null,
    actorId: numberParam(given, "actor_id") ?? null,
    from: days ? new Date(ctx.now().getTime() - Number(days) * dayMs) : null,
  };
  const { activities, hasNext } = await listActivities(ctx, { ...filter, types: group?.types ?? [], page, perPage });
  const narrowed = Object.values(filter).some((value) => value !== "" && value !== null);
  return (
    <TimeFrame now={ctx.now()}>
      {page === 0 && <LiveRefresh seconds={10} />}
      <PageHeader title="Activity" note="Who did what: people, and the server by itself.">
        {/* Files, not pages: plain links, which work without script too. */}
        {(["csv", "jsonl"] as const).map((format) => (
          <a key={format} className="btn plain" href={exportAddress(format, filter)} download>
            {format === "csv" ? "Export CSV" : "Export JSON lines"}
          </a>
        ))}
      </PageHeader>
      <div className="bar">
        <ListSearch label="Search" placeholder="Name, mail, address, reference" keep={["who", "about", "days", "team_id", "host_id", "actor_id"]} />
        <ListFilter name="who" label="By" options={who} />
        <ListFilter name="about" label="About" options={about} />
        <ListFilter name="days" label="When" options={spans} />
      </div>
      {activities.length === 0 ? (
        <Blank
          drawing={narrowed || page > 0 ? "search" : "empty"}
          title={page > 0 ? "This page is past the end" : narrowed ? "Nothing like this happened" : "Nothing happened yet"}
          action={
            narrowed || page > 0 ? (
              <Link className="btn plain" href="/activities">
                Show everything
              </Link>
            ) : undefined
          }
        >
          {narrowed
            ? "Search looks at people’s names and mail addresses, at where they came from, and at each activity’s details."
            : "What people and the server do is written here, for good."}
        </Blank>
      ) : (
        <>
          <table className="tbl bleed acts-tbl">
            <caption className="vh">Activities, newest first</caption>
            <colgroup>
              <col style={{ width: 164 }} />
              <col className="c-md" style={{ width: 190 }} />
              <col />
            </colgroup>
            <thead>
              <tr>
                <th scope="col">When</th>
                <th scope="col" className="c-md">
                  Who
                </th>
                <th scope="col">What</th>
              </tr>
            </thead>
            <tbody>
              {activities.map((activity) => (
                <Row key={activity.id} activity={activity} />
              ))}
            </tbody>
          </table>
          <nav className="foot-row" aria-label="Pages">
            <span>{page === 0 ? `The latest ${activities.length}` : `${page * perPage + 1} to ${page * perPage + activities.length}, newest first`}</span>
            {(page > 0 || hasNext) && (
              <span className="r">
                <Step to={page > 0 ? withParams("/activities", given, { page: page - 1 || null }) : null} label="Newer" icon="left" shortcut="[" />
                <Step to={hasNext ? withParams("/activities", given, { page: page + 1 }) : null} label="Older" icon="right" shortcut="]" />
              </span>
            )}
          </nav>
        </>
      )}
    </TimeFrame>
  );
}

function Row({ activity }: { activity: Activity }) {
  const parts = activitySentence(activity);
  const person = activity.actorKind === "user" ? activity.actorName || activity.actorEmail : "";
  return (
    <tr data-row>
      <td className="muted nowrap">
        <Time at={activity.createdAt} form="dated" />
      </td>
      <td className="c-md">
        {person ? (
          <span className="tr" title={activity.actorEmail}>
            {person}
            {activity.actorApiOnly && <span className="xs faint"> by API</span>}
          </span>
        ) : (
          <span className="faint">The server</span>
        )}
      </td>
      <td title={sentenceText(parts)}>
        <div className="act-what">
          <span className="act-words">
            {person && <span className="act-who">{person} </span>}
            {parts.map((part, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- pieces of one sentence keep their places
              <Part key={index} part={index === 0 && typeof part === "string" && !person ? capital(part) : part} />
            ))}
          </span>
          <ActivityDetails activity={activity} />
        </div>
      </td>
    </tr>
  );
}

const places = { policy: "/policies", host: "/hosts", label: "/labels" } as const;

function Part({ part }: { part: SentencePart }) {
  if (typeof part === "string") return part;
  if (part.kind === "team" && part.id !== undefined) return <Link href={`/policies?team_id=${part.id}`}>{part.name}</Link>;
  if (part.id !== undefined && part.kind in places) return <Link href={`${places[part.kind as keyof typeof places]}/${part.id}`}>{part.name}</Link>;
  return <b>{part.name}</b>;
}

function exportAddress(
  format: "csv" | "jsonl",
  filter: { query: string; actor: string; about: string; teamId: number | null; hostId: number | null; actorId: number | null; from: Date | null },
): string {
  const query = new URLSearchParams({ format });
  const wanted = {
    query: filter.query,
    actor: filter.actor,
    about: filter.about,
    team_id: filter.teamId,
    host_id: filter.hostId,
    actor_id: filter.actorId,
    start_created_at: filter.from?.toISOString(),
  };
  for (const [name, value] of Object.entries(wanted)) if (value) query.set(name, String(value));
  return `/api/v1/fleet/activities/export?${query}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function Step({ to, label, icon, shortcut }: { to: string | null; label: string; icon: "left" | "right"; shortcut: string }) {
  if (!to) {
    return (
      <span className="btn quiet icon" aria-disabled="true" title={label}>
        <Icon name={icon} />
        <span className="vh">{label}</span>
      </span>
    );
  }
  return (
    <Link className="btn quiet icon" href={to} aria-label={label} title={label} data-shortcut={shortcut} scroll={false}>
      <Icon name={icon} />
    </Link>
  );
}
