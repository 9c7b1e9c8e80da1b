import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { Access } from "@/app/_components/access-state";
import { NoPermission } from "@/app/_components/blank";
import { CopyId } from "@/app/_components/copy-id";
import { LiveRefresh } from "@/app/_components/live-refresh";
import { PageHeader } from "@/app/_components/page-header";
import { Tabs } from "@/app/_components/tabs";
import { Time } from "@/app/_components/time";
import { TimeFrame } from "@/app/_components/time-frame";
import { requireAdmin } from "@/lib/auth/require-admin";
import { isAllowed } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import { getHostCompliance } from "@/lib/compliance/get-host-compliance";
import { ForbiddenError, NotFoundError } from "@/lib/errors";
import { getHost, type HostDetail } from "@/lib/hosts/get-host";
import { listTeamNames } from "@/lib/teams/list-team-names";
import "../hosts.css";
import { wasJustAsked } from "../host-search";
import { AccessPanel } from "./access-panel";
import { HostActions } from "./host-actions";
import { HostDetails } from "./host-details";
import { PolicyList } from "./policy-list";
import { Timeline } from "./timeline";

type Params = Promise<{ hostId: string }>;
type Search = Promise<{ tab?: string; page?: string }>;

/** The browser's title: the host's name, for those who may know it. */
export async function generateMetadata({ params }: { params: Params }): Promise<Metadata> {
  const found = await findHost(await requireAdmin(), (await params).hostId);
  return { title: found === "forbidden" ? "Host" : `${found.name} · Hosts` };
}

/** One host: whether it is let in and why, what Microsoft knows, its answers, its facts and its history. */
export default async function HostPage({ params, searchParams }: { params: Params; searchParams: Search }) {
  const ctx = await requireAdmin();
  const host = await findHost(ctx, (await params).hostId);
  if (host === "forbidden") {
    return (
      <>
        <PageHeader title="Host" crumbs={[{ href: "/hosts", text: "Hosts" }]} />
        <div className="pad">
          <NoPermission who="a role that reads hosts" />
        </div>
      </>
    );
  }
  const { tab = "access", page } = await searchParams;
  const scope = { teamId: host.teamId };
  const may = {
    refetch: isAllowed(ctx, "host:refetch", scope),
    transfer: isAllowed(ctx, "host:transfer", scope),
    delete: isAllowed(ctx, "host:delete", scope),
    send: isAllowed(ctx, "report:write", scope),
  };
  const [access, teams] = await Promise.all([getHostCompliance(ctx, host.id), may.transfer ? listTeamNames(ctx, { withNoTeam: true }) : []]);
  const targets = teams.filter(({ id }) => isAllowed(ctx, "host:transfer", { teamId: id }));
  const failing = host.policies.filter(({ outcome }) => outcome === "fail").length;
  const at = (name: string) => (name === "access" ? `/hosts/${host.id}` : `/hosts/${host.id}?tab=${name}`);
  const tabs = [
    { name: "access", text: "Access" },
    { name: "policies", text: "Policies", count: failing > 0 ? `${failing} fail` : host.policies.length, held: failing > 0 },
    { name: "details", text: "Details" },
    { name: "activity", text: "Activity" },
  ];
  const shown = tabs.some(({ name }) => name === tab) ? tab : "access";
  return (
    <TimeFrame now={ctx.now()}>
      <LiveRefresh seconds={4} />
      <PageHeader
        title={host.name}
        tag={<Access state={access.accessState} tag />}
        crumbs={[
          { href: "/hosts", text: "Hosts" },
          { href: `/hosts?team_id=${host.teamId}`, text: host.teamName },
        ]}
      >
        <HostActions host={{ id: host.id, name: host.name, teamId: host.teamId }} asked={wasJustAsked(host, ctx.now())} teams={targets} may={may} />
      </PageHeader>
      <Facts host={host} />
      <Tabs label="Host" tabs={tabs.map(({ name, ...rest }) => ({ ...rest, href: at(name), current: name === shown }))} />
      {shown === "access" && (
        <div className="pad hostcols">
          <AccessPanel ctx={ctx} access={access} />
          <PolicyList host={host} short />
        </div>
      )}
      {shown === "policies" && (
        <div className="pad" style={{ paddingTop: 24, paddingBottom: 48 }}>
          <PolicyList host={host} />
        </div>
      )}
      {shown === "details" && <HostDetails host={host} />}
      {shown === "activity" && (
        <div className="pad tlpage">
          <Timeline ctx={ctx} hostId={host.id} page={page && /^\d{1,6}$/.test(page) ? Number(page) : 0} perPage={50} hrefOf={`${at("activity")}&page=`} />
        </div>
      )}
    </TimeFrame>
  );
}

async function findHost(ctx: Context, given: string): Promise<HostDetail | "forbidden"> {
  if (!/^\d{1,9}$/.test(given)) notFound();
  try {
    return await getHost(ctx, Number(given));
  } catch (error) {
    if (error instanceof NotFoundError) notFound();
    if (error instanceof ForbiddenError) return "forbidden";
    throw error;
  }
}

function Facts({ host }: { host: HostDetail }) {
  const system = host.osName || (host.platform === "darwin" ? "macOS" : "System");
  return (
    <dl className="facts pad hf">
      <Fact name="Person">
        {host.userPrincipalName || host.deviceMappingEmail ? (
          <Link
            className="tr"
            href={`/hosts?q=${encodeURIComponent(host.userPrincipalName || host.deviceMappingEmail)}`}
            title={host.userPrincipalName || host.deviceMappingEmail}
            style={{ color: "inherit" }}
          >
            {host.userPrincipalName || host.deviceMappingEmail}
          </Link>
        ) : (
          "No one signed in yet"
        )}
      </Fact>
      <Fact name="Model">
        <span className="tr" title={host.hardwareModel}>
          {host.hardwareModel || "–"}
        </span>
      </Fact>
      <Fact name={system}>{host.osVersion ? `${host.osVersion}${host.osBuild ? ` (${host.osBuild})` : ""}` : "–"}</Fact>
      <Fact name="Serial">{host.hardwareSerial ? <CopyId id={host.hardwareSerial} cut={false} /> : "–"}</Fact>
      <Fact name="Entra device id">{host.deviceId ? <CopyId id={host.deviceId} /> : "Not registered"}</Fact>
      <Fact name="MDM">
        {host.mdmState === "unknown" ? (
          "Not known yet"
        ) : (
          <>
            {host.mdmState === "on" ? "On" : "Off"}
            {host.mdmChangedAt && (
              <>
                , since <Time at={host.mdmChangedAt} form="clock" />
              </>
            )}
          </>
        )}
      </Fact>
      <Fact name="Checked in">
        <Time at={host.seenAt} none="Never" />
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: React.ReactNode }) {
  return (
    <div style={{ minWidth: 0 }}>
      <dt>{name}</dt>
      <dd className="tr">{children}</dd>
    </div>
  );
}
