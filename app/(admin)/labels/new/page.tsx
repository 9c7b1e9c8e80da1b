import type { Metadata } from "next";
import type { SearchParams } from "@/app/_components/address";
import { NoPermission } from "@/app/_components/blank";
import { chosenTeam } from "@/app/_components/chosen-team";
import { PageHeader } from "@/app/_components/page-header";
import { requireAdmin } from "@/lib/auth/require-admin";
import { isAllowed } from "@/lib/authorize";
import { getTeam } from "@/lib/teams/get-team";
import { LabelForm } from "../_parts/label-form";
import "../../policies/_parts/policies.css";

export const metadata: Metadata = { title: "Add label" };

/** A new label for the chosen team, or for all. */
export default async function NewLabelPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const ctx = await requireAdmin();
  const teamId = chosenTeam(ctx, await searchParams) ?? null;
  const listHref = teamId === null ? "/labels" : `/labels?team_id=${teamId}`;
  if (!isAllowed(ctx, "label:write", { teamId })) {
    return (
      <>
        <PageHeader title="Add label" crumbs={[{ href: listHref, text: "Labels" }]} />
        <div className="pad">
          <NoPermission who="the maintainer or admin role" />
        </div>
      </>
    );
  }
  const team = teamId === null ? null : await getTeam(ctx, teamId);
  return (
    <>
      <PageHeader title="Add label" crumbs={[{ href: listHref, text: "Labels" }]} note={team ? `For ${team.name}.` : "For all teams."} />
      <div className="pol-cols">
        <LabelForm
          listHref={listHref}
          draft={{ id: null, teamId, name: "", description: "", kind: "dynamic", query: "", platform: "", enabled: true, hosts: "", policies: [] }}
        />
      </div>
    </>
  );
}
