import type { Metadata } from "next";
import type { SearchParams } from "@/app/_components/address";
import { NoPermission } from "@/app/_components/blank";
import { chosenTeam } from "@/app/_components/chosen-team";
import { PageHeader } from "@/app/_components/page-header";
import { requireAdmin } from "@/lib/auth/require-admin";
import { isAllowed } from "@/lib/authorize";
import { listLabels } from "@/lib/labels/list-labels";
import { getTeam } from "@/lib/teams/get-team";
import { PolicyForm } from "../_parts/policy-form";
import "../_parts/policies.css";

export const metadata: Metadata = { title: "Add policy" };

/** A new policy for the chosen team, or for all. */
export default async function NewPolicyPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const ctx = await requireAdmin();
  const teamId = chosenTeam(ctx, await searchParams) ?? null;
  const listHref = teamId === null ? "/policies" : `/policies?team_id=${teamId}`;
  const header = (note?: string) => <PageHeader title="Add policy" crumbs={[{ href: listHref, text: "Policies" }]} note={note} />;
  if (!isAllowed(ctx, "policy:write", { teamId })) {
    return (
      <>
        {header()}
        <div className="pad">
          <NoPermission who="the maintainer or admin role" />
        </div>
      </>
    );
  }
  const team = teamId === null ? null : await getTeam(ctx, teamId);
  const labels = await listLabels(ctx, { team: teamId ?? "global" });
  return (
    <>
      {header(team ? `For ${team.name}.` : "For all teams.")}
      <div className="pol-cols">
        <PolicyForm
          listHref={listHref}
          labels={labels.map((label) => label.name)}
          draft={{
            id: null,
            teamId,
            name: "",
            query: "",
            description: "",
            resolution: "",
            platforms: ["darwin"],
            critical: false,
            gated: false,
            labels: [],
            hostsInScope: 0,
          }}
        />
        <aside className="pol-side" aria-label="How policies work">
          <section className="sm muted" style={{ display: "grid", gap: 8 }}>
            <h2 className="h2" style={{ color: "var(--ink)" }}>
              How it is asked
            </h2>
            <p>
              Every host in scope is asked at its next check-in, then once an hour. A host that the policy keeps out is asked at every check-in, so that a fix
              is seen within seconds.
            </p>
            <p>No answer, or a query that can’t run, is Unknown: neither a pass nor a fail.</p>
          </section>
        </aside>
      </div>
    </>
  );
}
