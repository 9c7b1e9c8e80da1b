import type { Metadata } from "next";
import Link from "next/link";
import { numberParam, param, withParams, wordParam, type SearchParams } from "@/app/_components/address";
import { Blank, NoPermission } from "@/app/_components/blank";
import { chosenTeam } from "@/app/_components/chosen-team";
import { Icon } from "@/app/_components/icon";
import { ListFilter } from "@/app/_components/list-filter";
import { ListSearch } from "@/app/_components/list-search";
import { PageHeader } from "@/app/_components/page-header";
import { Pager } from "@/app/_components/pager";
import { SortHeader } from "@/app/_components/sort-header";
import { TimeFrame } from "@/app/_components/time-frame";
import { requireAdmin } from "@/lib/auth/require-admin";
import { isAllowed } from "@/lib/authorize";
import { listActivities } from "@/lib/activities/list-activities";
import type { Context } from "@/lib/context";
import { getGating } from "@/lib/policies/get-gating";
import { listPolicies } from "@/lib/policies/list-policies";
import { getTeam } from "@/lib/teams/get-team";
import { GateDialog } from "./_parts/gate-dialog";
import { PolicyTable } from "./_parts/policy-table";
import "./_parts/policies.css";

export const metadata: Metadata = { title: "Policies" };

const perPage = 50;
const orders = { name: "name", pass: "passing_host_count", fail: "failing_host_count", unknown: "unknown_host_count" } as const;
const platforms = [
  { value: "", label: "Any platform" },
  { value: "darwin", label: "macOS" },
  { value: "windows", label: "Windows" },
  { value: "linux", label: "Linux" },
  { value: "chrome", label: "ChromeOS" },
];
const automations = [
  { value: "", label: "With or without" },
  { value: "gated", label: "Gates access" },
  { value: "other", label: "Doesn’t gate" },
];

/** The policies of the chosen team with those it inherits, or, without a team, those for all teams. `gate` opens the choice of what gates access. */
export default async function PoliciesPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const ctx = await requireAdmin();
  if (!isAllowed(ctx, "policy:read")) return <NotForYou />;
  const given = await searchParams;
  const teamId = chosenTeam(ctx, given) ?? null;
  const team = teamId === null ? null : await getTeam(ctx, teamId);
  const sorted = {
    by: wordParam(given, "sort", ["name", "pass", "fail", "unknown"], "fail"),
    direction: wordParam(given, "dir", ["asc", "desc"], param(given, "sort") === "name" ? "asc" : "desc"),
  };
  const page = numberParam(given, "page") ?? 0;
  const query = param(given, "q");
  const filters = {
    platform: wordParam(given, "platform", ["", "darwin", "windows", "linux", "chrome"], ""),
    automation: wordParam(given, "automation", ["", "gated", "other"], ""),
  };
  const { policies, count } = await listPolicies(ctx, {
    teamId,
    scope: teamId === null ? "own" : "both",
    query,
    ...filters,
    orderKey: orders[sorted.by],
    orderDirection: sorted.direction,
    page,
    perPage,
  });
  const mayWrite = isAllowed(ctx, "policy:write", { teamId });
  const mayListHosts = isAllowed(ctx, "host:list", { teamId: teamId ?? undefined });
  const teamQuery = teamId === null ? "" : `?team_id=${teamId}`;
  const narrowed = query !== "" || filters.platform !== "" || filters.automation !== "";
  const sort = { path: "/policies", given, sorted };
  return (
    <TimeFrame now={ctx.now()}>
      <PageHeader title="Policies">
        <Link className="btn plain" href={withParams("/policies", given, { gate: "open", page: page || null })} scroll={false}>
          <Icon name="gate" />
          Gate access
        </Link>
        {mayWrite && (
          <Link className="btn primary" href={`/policies/new${teamQuery}`}>
            <Icon name="plus" />
            Add policy
          </Link>
        )}
      </PageHeader>
      {(count > 0 || narrowed) && (
        <div className="bar">
          <ListSearch label="Search policies" placeholder="Policy or query" keep={["team_id", "automation", "platform", "sort", "dir"]} />
          <ListFilter name="automation" label="Gates access" options={automations} />
          <ListFilter name="platform" label="Platform" options={platforms} />
        </div>
      )}
      {policies.length > 0 ? (
        <PolicyTable
          // Another page or filter shows other rows: what was ticked there isn't ticked here.
          key={`${teamId} ${page} ${query} ${filters.platform} ${filters.automation}`}
          mayDelete={mayWrite}
          rows={policies.map((policy) => ({
            id: policy.id,
            name: policy.name,
            href: `/policies/${policy.id}${teamQuery}`,
            platform: policy.platform,
            critical: policy.critical,
            gated: policy.conditionalAccessEnabled,
            inherited: teamId !== null && policy.teamId === null,
            pass: policy.pass,
            fail: policy.fail,
            unknown: policy.unknown,
            failHref: mayListHosts ? `/hosts?policy_id=${policy.id}&outcome=fail${teamId === null ? "" : `&team_id=${teamId}`}` : undefined,
          }))}
          head={
            <>
              <SortHeader {...sort} column="name">
                Policy
              </SortHeader>
              <th scope="col" className="c-md">
                Automation
              </th>
              <SortHeader {...sort} column="pass" first="desc" className="num c-md">
                Pass
              </SortHeader>
              <SortHeader {...sort} column="fail" first="desc" className="num">
                Fail
              </SortHeader>
              <SortHeader {...sort} column="unknown" first="desc" className="num c-lo">
                Unknown
              </SortHeader>
              <th scope="col" className="c-lo" style={{ paddingLeft: 24 }}>
                For
              </th>
            </>
          }
        />
      ) : (
        <NoPolicies narrowed={narrowed} query={query} team={team?.name ?? null} teamQuery={teamQuery} mayWrite={mayWrite} beyond={count > 0} />
      )}
      {policies.length > 0 && (
        <Pager page={page} perPage={perPage} count={count} href={(to) => withParams("/policies", given, { page: to || null, gate: null })} />
      )}
      {param(given, "gate") === "open" && <Gate ctx={ctx} teamId={teamId} closeHref={withParams("/policies", given, { gate: null, page: page || null })} />}
    </TimeFrame>
  );
}

async function Gate({ ctx, teamId, closeHref }: { ctx: Context; teamId: number | null; closeHref: string }) {
  const gating = await getGating(ctx, teamId);
  const mayReadActivities = isAllowed(ctx, "activity:read", { teamId });
  const last = mayReadActivities
    ? (
        await listActivities(ctx, {
          types: ["edited_conditional_access_policies", "enabled_conditional_access_automations", "disabled_conditional_access_automations"],
          teamId,
          perPage: 1,
        })
      ).activities[0]
    : undefined;
  const mine = last && (teamId !== null || last.teamId === null) ? last : undefined;
  return (
    <GateDialog
      key={`${teamId}`}
      teamId={teamId}
      closeHref={closeHref}
      lastChange={mine ? { who: mine.actorName || "the server", at: mine.createdAt.toISOString() } : null}
      gating={{ ...gating, team: gating.team && { ...gating.team, since: gating.team.since?.toISOString() ?? null } }}
    />
  );
}

function NoPolicies({
  narrowed,
  query,
  team,
  teamQuery,
  mayWrite,
  beyond,
}: {
  narrowed: boolean;
  query: string;
  team: string | null;
  teamQuery: string;
  mayWrite: boolean;
  beyond: boolean;
}) {
  if (beyond) {
    return (
      <Blank
        drawing="search"
        title="This page is past the end"
        action={
          <Link className="btn plain" href={`/policies${teamQuery}`}>
            To the first page
          </Link>
        }
      >
        There are fewer policies than before.
      </Blank>
    );
  }
  if (narrowed) {
    return (
      <Blank
        drawing="search"
        title={query ? `No policy matches “${query}”` : "No policy matches"}
        action={
          <Link className="btn plain" href={`/policies${teamQuery}`}>
            Clear the search
          </Link>
        }
      >
        Search looks at names and queries.
      </Blank>
    );
  }
  const add = mayWrite ? (
    <Link className="btn primary" href={`/policies/new${teamQuery}`}>
      Add policy
    </Link>
  ) : undefined;
  return (
    <Blank drawing="empty" title={team ? `No policies in ${team} yet` : "No policies for all teams yet"} action={add}>
      A policy is a question to every host, answered yes or no. The ones you choose decide who gets past Entra.
    </Blank>
  );
}

function NotForYou() {
  return (
    <>
      <PageHeader title="Policies" />
      <div className="pad">
        <NoPermission who="the observer role or more" />
      </div>
    </>
  );
}
