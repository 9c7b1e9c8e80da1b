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
import { requireAdmin } from "@/lib/auth/require-admin";
import { isAllowed } from "@/lib/authorize";
import type { LabelWithCount } from "@/lib/labels/label";
import { listLabels } from "@/lib/labels/list-labels";
import "../policies/_parts/policies.css";

export const metadata: Metadata = { title: "Labels" };

const perPage = 50;
const kinds = [
  { value: "", label: "Any kind" },
  { value: "regular", label: "Made here" },
  { value: "builtin", label: "Built in" },
];

/** The labels that the chosen team can use, or all of them, with how many hosts are in each. */
export default async function LabelsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const ctx = await requireAdmin();
  if (!isAllowed(ctx, "label:read")) {
    return (
      <>
        <PageHeader title="Labels" />
        <div className="pad">
          <NoPermission who="the observer role or more" />
        </div>
      </>
    );
  }
  const given = await searchParams;
  const teamId = chosenTeam(ctx, given);
  const mayListHosts = isAllowed(ctx, "host:list", { teamId });
  const query = param(given, "q");
  const kind = wordParam(given, "kind", ["", "regular", "builtin"], "");
  const labels = (await listLabels(ctx, { team: teamId, query })).filter((label) => kind === "" || label.labelType === kind);
  const page = numberParam(given, "page") ?? 0;
  const shown = labels.slice(page * perPage, (page + 1) * perPage);
  const teamQuery = teamId === undefined ? "" : `?team_id=${teamId}`;
  return (
    <>
      <PageHeader title="Labels" note="A label is a group of hosts. Policies can ask only some groups, or leave some out.">
        {isAllowed(ctx, "label:write", { teamId: teamId ?? null }) && (
          <Link className="btn primary" href={`/labels/new${teamQuery}`}>
            <Icon name="plus" />
            Add label
          </Link>
        )}
      </PageHeader>
      <div className="bar">
        <ListSearch label="Search labels" placeholder="Label" keep={["team_id", "kind"]} />
        <ListFilter name="kind" label="Kind" options={kinds} />
      </div>
      {shown.length === 0 ? (
        <Blank
          drawing="search"
          title={query ? `No label matches “${query}”` : "No label matches"}
          action={
            <Link className="btn plain" href={`/labels${teamQuery}`}>
              Clear the search
            </Link>
          }
        >
          Search looks at names and descriptions.
        </Blank>
      ) : (
        <>
          <table className="tbl bleed">
            <caption className="vh">Labels</caption>
            <colgroup>
              <col />
              <col className="c-lo" />
              <col className="c-md" style={{ width: 150 }} />
              <col className="c-md" style={{ width: 150 }} />
              <col style={{ width: 110 }} />
            </colgroup>
            <thead>
              <tr>
                <th scope="col">Label</th>
                <th scope="col" className="c-lo">
                  Description
                </th>
                <th scope="col" className="c-md">
                  Kind
                </th>
                <th scope="col" className="c-md">
                  Team
                </th>
                <th scope="col" className="num">
                  Hosts
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((label) => (
                <tr key={label.id} data-row>
                  <td>
                    <Link className="name tr" href={`/labels/${label.id}${teamQuery}`} title={label.name} data-row-link>
                      {label.name}
                    </Link>
                  </td>
                  <td className="c-lo muted">
                    <span className="tr" title={label.description}>
                      {label.description}
                    </span>
                  </td>
                  <td className="c-md muted">{kindOf(label)}</td>
                  <td className="c-md muted">
                    <span className="tr">{label.teamName ?? "All teams"}</span>
                  </td>
                  <td className={`num${label.hostCount === 0 ? " zero" : ""}`}>
                    {label.hostCount > 0 && mayListHosts ? (
                      <Link
                        href={`/hosts?label_id=${label.id}${teamId === undefined ? "" : `&team_id=${teamId}`}`}
                        aria-label={`Hosts in ${label.name}: ${label.hostCount}`}
                      >
                        {label.hostCount.toLocaleString("en")}
                      </Link>
                    ) : (
                      label.hostCount.toLocaleString("en")
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          <Pager page={page} perPage={perPage} count={labels.length} href={(to) => withParams("/labels", given, { page: to || null })} />
        </>
      )}
    </>
  );
}

function kindOf(label: LabelWithCount): string {
  if (label.labelType === "builtin") return "Built in";
  if (label.membershipType === "manual") return "By hand";
  return label.enabled ? "By query" : "By query, off";
}
