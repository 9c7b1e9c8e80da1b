import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { numberParam, type SearchParams } from "@/app/_components/address";
import { Mark } from "@/app/_components/icon";
import { PageHeader } from "@/app/_components/page-header";
import { Time } from "@/app/_components/time";
import { TimeFrame } from "@/app/_components/time-frame";
import { requireAdmin } from "@/lib/auth/require-admin";
import { isAllowed, teamsAllowed } from "@/lib/authorize";
import type { Context } from "@/lib/context";
import { listLabels } from "@/lib/labels/list-labels";
import { getPolicy } from "@/lib/policies/get-policy";
import { listPolicyHosts } from "@/lib/policies/list-policy-hosts";
import type { PolicyWithCounts } from "@/lib/policies/policy";
import type { PolicyHost } from "@/lib/policies/policy-host";
import { getTeam } from "@/lib/teams/get-team";
import { platformWords } from "../_parts/platform-words";
import { PolicyForm } from "../_parts/policy-form";
import "../_parts/policies.css";

export const metadata: Metadata = { title: "Policy" };

const mostShown = 10;
const scopeWords = {
  include_any: "Only hosts in any of",
  include_all: "Only hosts in all of",
  exclude_any: "Not hosts in any of",
  exclude_all: "Not hosts in all of",
} as const;

/** One policy: its question, how hosts answer it, who fails it, and, for those who may, the form that changes it. */
export default async function PolicyPage({ params, searchParams }: { params: Promise<{ policyId: string }>; searchParams: Promise<SearchParams> }) {
  const ctx = await requireAdmin();
  const policyId = numberParam(await params, "policyId");
  if (policyId === undefined) notFound();
  const teamId = numberParam(await searchParams, "team_id") ?? null;
  const policy = await getPolicy(ctx, policyId, teamId === null ? {} : { teamId });
  const team = policy.teamId === null ? null : await getTeam(ctx, policy.teamId);
  const viewed = teamId === null || policy.teamId !== null ? null : await getTeam(ctx, teamId);
  const mayList = isAllowed(ctx, "host:list", { teamId: policy.teamId ?? teamId ?? undefined });
  const failing = mayList ? await listPolicyHosts(ctx, policyId, { teamId: teamId ?? undefined, outcome: "fail", perPage: mostShown }) : [];
  const listHref = teamId === null ? "/policies" : `/policies?team_id=${teamId}`;
  const mayWrite = isAllowed(ctx, "policy:write", { teamId: policy.teamId });
  const hostsHref = (outcome: string) => `/hosts?policy_id=${policy.id}&outcome=${outcome}${teamId === null ? "" : `&team_id=${teamId}`}`;
  return (
    <TimeFrame now={ctx.now()}>
      <PageHeader
        title={policy.name}
        crumbs={[{ href: listHref, text: "Policies" }]}
        note={`${team ? `For ${team.name}` : "For all teams"}. Version ${policy.version}.${countedIn(ctx, policy, viewed?.name)}`}
      />
      <div className="pol-cols">
        {mayWrite ? (
          <PolicyForm
            // A saved version is a new starting point.
            key={`${policy.id} ${policy.updatedAt.toISOString()}`}
            listHref={listHref}
            labels={(await listLabels(ctx, { team: policy.teamId ?? "global" })).map((label) => label.name)}
            draft={{
              id: policy.id,
              teamId: policy.teamId,
              name: policy.name,
              query: policy.query,
              description: policy.description,
              resolution: policy.resolution,
              platforms: policy.platform === "" ? [] : policy.platform.split(","),
              critical: policy.critical,
              gated: policy.conditionalAccessEnabled,
              labels: policy.labels.map(({ name, scope }) => ({ name, scope })),
              hostsInScope: policy.pass + policy.fail + policy.unknown,
            }}
          />
        ) : (
          <PolicyFacts policy={policy} />
        )}
        <aside className="pol-side" aria-label="Answers">
          <Answers policy={policy} hostsHref={mayList ? hostsHref : null} />
          <WhoFails failing={failing} count={policy.fail} href={hostsHref("fail")} />
        </aside>
      </div>
    </TimeFrame>
  );
}

// Whose hosts a policy for all teams is counted among, where that isn't everybody's.
function countedIn(ctx: Context, policy: PolicyWithCounts, viewed: string | undefined): string {
  if (viewed) return ` Counts are ${viewed}’s.`;
  return policy.teamId === null && teamsAllowed(ctx, "policy:read") !== "all" ? " Counts are your teams’." : "";
}

function Answers({ policy, hostsHref }: { policy: PolicyWithCounts; hostsHref: ((outcome: string) => string) | null }) {
  const rows = [
    ["fail", "fail", "held", "Fail", policy.fail],
    ["unknown", "unsure", "unsure", "Unknown", policy.unknown],
    ["pass", "pass", "in", "Pass", policy.pass],
  ] as const;
  return (
    <section aria-labelledby="answers">
      <div className="sech">
        <h2 className="h2" id="answers">
          Answers now
        </h2>
        <span className="r faint">
          version {policy.version}, since <Time at={policy.versionSince} form="clock" />
        </span>
      </div>
      <div className="pol-answers">
        {rows.map(([outcome, mark, colour, word, count]) => {
          const row = (
            <>
              <Mark name={mark} className={`mk ${colour}`} />
              {word}
              <b className={count === 0 ? "zero" : undefined}>{count.toLocaleString("en")}</b>
            </>
          );
          return hostsHref ? (
            <Link key={outcome} href={hostsHref(outcome)}>
              {row}
            </Link>
          ) : (
            <div key={outcome}>{row}</div>
          );
        })}
      </div>
    </section>
  );
}

function WhoFails({ failing, count, href }: { failing: PolicyHost[]; count: number; href: string }) {
  return (
    <section aria-labelledby="fails">
      <div className="sech">
        <h2 className="h2" id="fails">
          Who fails
        </h2>
        {count > failing.length && <Link href={href}>All {count.toLocaleString("en")}</Link>}
      </div>
      {failing.length === 0 ? (
        <p className="muted sm">{count === 0 ? "Nobody fails this policy." : "Your role doesn’t show hosts."}</p>
      ) : (
        <ul className="pol-fails">
          {failing.map((host) => (
            <li key={host.hostId}>
              <Link className="tr" href={`/hosts/${host.hostId}`} title={host.hostName}>
                {host.hostName}
              </Link>
              <Time at={host.since} form="ago" className="xs faint" />
              <span className="sm muted tr">{host.person || "No one signed in yet"}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function PolicyFacts({ policy }: { policy: PolicyWithCounts }) {
  const scopes = (Object.keys(scopeWords) as (keyof typeof scopeWords)[]).flatMap((scope) => {
    const names = policy.labels.filter((label) => label.scope === scope).map((label) => label.name);
    return names.length > 0 ? [`${scopeWords[scope]} ${names.join(", ")}`] : [];
  });
  return (
    <div className="pol-facts">
      <section>
        <h2 className="h2" style={{ marginBottom: 6 }}>
          Query
        </h2>
        <pre className="sql">{policy.query}</pre>
      </section>
      <dl className="facts">
        <Fact term="What it checks">{policy.description || "Not described."}</Fact>
        <Fact term="How to fix it">{policy.resolution || "Not described."}</Fact>
        <Fact term="Platforms">{platformWords(policy.platform)}</Fact>
        <Fact term="Hosts">{scopes.length > 0 ? scopes.join(". ") : "All hosts"}</Fact>
        <Fact term="Gates access">{policy.conditionalAccessEnabled ? "Yes" : "No"}</Fact>
        <Fact term="Critical">{policy.critical ? "Yes" : "No"}</Fact>
      </dl>
      <p className="muted sm">You can read this policy. Changing it needs the maintainer or admin role.</p>
    </div>
  );
}

function Fact({ term, children }: { term: string; children: string }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd style={{ whiteSpace: "pre-line" }}>{children}</dd>
    </div>
  );
}
