import type { Metadata } from "next";
import Link from "next/link";
import { accessWord } from "@/app/_components/access-state";
import { Blank, NoPermission } from "@/app/_components/blank";
import { chosenTeam } from "@/app/_components/chosen-team";
import { Mark } from "@/app/_components/icon";
import { LiveRefresh } from "@/app/_components/live-refresh";
import { PageHeader } from "@/app/_components/page-header";
import { Pager } from "@/app/_components/pager";
import { TimeFrame } from "@/app/_components/time-frame";
import { getOrganisation } from "@/lib/auth/get-organisation";
import { requireAdmin } from "@/lib/auth/require-admin";
import { isAllowed, type Permission } from "@/lib/authorize";
import { countHosts } from "@/lib/hosts/count-hosts";
import type { HostRecord } from "@/lib/hosts/host-record";
import { listHostFilters } from "@/lib/hosts/list-host-filters";
import { listHosts } from "@/lib/hosts/list-hosts";
import { listTeamNames } from "@/lib/teams/list-team-names";
import { EnrollSecretsButton } from "./enroll-secrets-dialog";
import { AddHostsButton } from "./add-hosts-dialog";
import { HostFilters } from "./host-filters";
import { hostsHref, hostsPerPage, readHostSearch, wasJustAsked } from "./host-search";
import { HostTable, type HostRow } from "./host-table";
import "./hosts.css";

export const metadata: Metadata = { title: "Hosts" };

/** Every host, blocked first; its whole state stands in the address. */
export default async function HostsPage({ searchParams }: { searchParams: Promise<Record<string, string | string[] | undefined>> }) {
  const ctx = await requireAdmin();
  const given = await searchParams;
  const teamId = chosenTeam(ctx, given);
  const { search, filter, page } = readHostSearch({ ...given, team_id: teamId === undefined ? undefined : String(teamId) });
  const scope = { teamId };
  if (!isAllowed(ctx, "host:list", scope)) {
    return (
      <>
        <PageHeader title="Hosts" />
        <div className="pad">
          <NoPermission who="a role that reads hosts" />
        </div>
      </>
    );
  }
  const [hosts, counts, options, teams, organisation] = await Promise.all([
    listHosts(ctx, filter, page),
    countHosts(ctx, filter),
    listHostFilters(ctx, teamId),
    isAllowed(ctx, "team:read") ? listTeamNames(ctx, { withNoTeam: true }) : [],
    getOrganisation(ctx),
  ]);
  // With different roles on different teams, what not every host here allows is offered where a team is chosen.
  const everywhere = (permission: Permission) =>
    isAllowed(ctx, permission, scope) && hosts.every(({ teamId: id }) => isAllowed(ctx, permission, { teamId: id }));
  const targets = teams.filter(({ id }) => isAllowed(ctx, "host:transfer", { teamId: id }));
  const may = {
    refetch: everywhere("host:refetch"),
    transfer: everywhere("host:transfer") && targets.some(({ id }) => id !== teamId),
    delete: everywhere("host:delete"),
  };
  const secretTeam = teamId || null;
  const secretScope = { teamId: teamId ?? null };
  const teamName = teams.find(({ id }) => id === teamId)?.name;
  const narrowed = Object.keys(search).some((name) => !["team_id", "order", "dir", "page"].includes(name));
  return (
    <TimeFrame now={ctx.now()}>
      <LiveRefresh seconds={5} />
      <PageHeader title="Hosts">
        {isAllowed(ctx, "enroll_secret:read", secretScope) && (
          <EnrollSecretsButton
            teamId={secretTeam}
            teamName={secretTeam === null ? null : (teamName ?? null)}
            mayWrite={isAllowed(ctx, "enroll_secret:write", secretScope)}
          />
        )}
        <AddHostsButton
          teamId={secretTeam}
          teamName={secretTeam === null ? null : (teamName ?? null)}
          publicUrl={organisation.publicUrl}
          maySeeSecrets={isAllowed(ctx, "enroll_secret:read", secretScope) || (teamId === undefined && isAllowed(ctx, "enroll_secret:read") && "in_team")}
          startsOpen={given.add === "1"}
        />
      </PageHeader>
      <nav className="states" aria-label="Hosts by access">
        <Link href={hostsHref(search, { access: undefined })} aria-current={filter.accessState ? undefined : "true"} scroll={false}>
          All <b>{counts.all.toLocaleString("en")}</b>
        </Link>
        {(["held", "unsure", "loose", "in"] as const).map((state) => (
          <Link key={state} href={hostsHref(search, { access: state })} aria-current={filter.accessState === state ? "true" : undefined} scroll={false}>
            <Mark name={state} className={`mk ${state}`} />
            {accessWord(state)} <b>{counts.byAccess[state].toLocaleString("en")}</b>
          </Link>
        ))}
      </nav>
      <HostFilters search={search} policies={options.policies} labels={options.labels} />
      {hosts.length === 0 ? (
        <Nothing search={search.q} narrowed={narrowed} clear={hostsHref({ team_id: search.team_id })} />
      ) : (
        <>
          <HostTable
            rows={hosts.map((host) => toRow(host, ctx.now()))}
            search={search}
            orderKey={page.orderKey}
            orderDirection={page.orderDirection}
            teams={targets}
            may={may}
            onlyMacs={hosts.every(({ platform }) => platform === "darwin")}
          />
          <Pager
            page={page.page}
            perPage={hostsPerPage}
            count={counts.count}
            href={(number) => hostsHref(search, { page: number ? String(number) : undefined })}
          />
        </>
      )}
    </TimeFrame>
  );
}

function toRow(host: HostRecord, now: Date): HostRow {
  return {
    id: host.id,
    name: host.name,
    person: host.userPrincipalName,
    accessState: host.accessState,
    reasons: host.reasons,
    report: host.report && { state: host.report.state, provider: host.report.provider, acceptedAt: host.report.acceptedAt },
    entraDisagrees: host.entraDisagrees,
    deviceId: host.deviceId,
    team: host.teamName,
    os: host.platform === "darwin" ? host.osVersion : [host.osName, host.osVersion].filter(Boolean).join(" "),
    seenAt: host.seenAt?.toISOString() ?? null,
    asked: wasJustAsked(host, now),
  };
}

function Nothing({ search, narrowed, clear }: { search: string | undefined; narrowed: boolean; clear: string }) {
  if (search) {
    return (
      <Blank
        drawing="search"
        title={`No host matches “${search}”`}
        action={
          <Link className="btn plain" href={clear}>
            Clear the search
          </Link>
        }
      >
        Search looks at names, people, serials, addresses and Entra ids.
      </Blank>
    );
  }
  if (narrowed) {
    return (
      <Blank
        drawing="search"
        title="No host matches these filters"
        action={
          <Link className="btn plain" href={clear}>
            Clear the filters
          </Link>
        }
      />
    );
  }
  return (
    <Blank drawing="empty" title="No hosts yet">
      Install the agent on one Mac to see it here within 10 seconds. “Add hosts” above has what it needs.
    </Blank>
  );
}
