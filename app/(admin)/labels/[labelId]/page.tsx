import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { numberParam, type SearchParams } from "@/app/_components/address";
import { PageHeader } from "@/app/_components/page-header";
import { requireAdmin } from "@/lib/auth/require-admin";
import { isAllowed } from "@/lib/authorize";
import { listHosts } from "@/lib/hosts/list-hosts";
import { getLabel, type LabelInUse } from "@/lib/labels/get-label";
import { LabelForm } from "../_parts/label-form";
import "../../policies/_parts/policies.css";

export const metadata: Metadata = { title: "Label" };

const mostShown = 12;

/** One label: how it finds its hosts, which are in it, which policies it narrows, and the form that changes it. */
export default async function LabelPage({ params, searchParams }: { params: Promise<{ labelId: string }>; searchParams: Promise<SearchParams> }) {
  const ctx = await requireAdmin();
  const labelId = numberParam(await params, "labelId");
  if (labelId === undefined) notFound();
  const teamId = numberParam(await searchParams, "team_id") ?? null;
  const label = await getLabel(ctx, labelId);
  const listHref = teamId === null ? "/labels" : `/labels?team_id=${teamId}`;
  const manual = label.membershipType === "manual";
  const mayRead = isAllowed(ctx, "host:list", { teamId: label.teamId ?? undefined });
  const mayWrite = label.labelType !== "builtin" && isAllowed(ctx, "label:write", { teamId: label.teamId }) && mayRead;
  // A manual label's form holds all its hosts; others show the first few.
  const hosts = mayRead ? await listHosts(ctx, { labelId }, { orderKey: "display_name", ...(!(manual && mayWrite) && { page: 0, perPage: mostShown }) }) : [];
  return (
    <>
      <PageHeader
        title={label.name}
        crumbs={[{ href: listHref, text: "Labels" }]}
        note={`${label.teamName ? `For ${label.teamName}` : "For all teams"}. ${kindSentence(label)}`}
      />
      <div className="pol-cols">
        {mayWrite ? (
          <LabelForm
            key={`${label.id} ${label.updatedAt.toISOString()}`}
            listHref={listHref}
            draft={{
              id: label.id,
              teamId: label.teamId,
              name: label.name,
              description: label.description,
              kind: manual ? "manual" : "dynamic",
              query: label.query,
              platform: label.platform,
              enabled: label.enabled,
              hosts: manual ? hosts.map((host) => host.name || host.id).join("\n") : "",
              policies: label.policies.map((policy) => policy.name),
            }}
          />
        ) : (
          <LabelFacts label={label} />
        )}
        <aside className="pol-side" aria-label="Hosts and policies">
          <section aria-labelledby="in">
            <div className="sech">
              <h2 className="h2" id="in">
                {label.hostCount === 1 ? "1 host" : `${label.hostCount.toLocaleString("en")} hosts`}
              </h2>
              {label.hostCount > mostShown && <Link href={`/hosts?label_id=${label.id}`}>All</Link>}
            </div>
            {label.hostCount === 0 ? (
              <p className="muted sm">{manual || label.enabled ? "No host is in this label." : "Hosts aren’t asked while it is off."}</p>
            ) : (
              <ul className="pol-fails">
                {hosts.slice(0, mostShown).map((host) => (
                  <li key={host.id}>
                    <Link className="tr" href={`/hosts/${host.id}`} title={host.name}>
                      {host.name}
                    </Link>
                    <span className="xs faint">{host.teamName}</span>
                  </li>
                ))}
              </ul>
            )}
          </section>
          <section aria-labelledby="narrows">
            <div className="sech">
              <h2 className="h2" id="narrows">
                Policies it narrows
              </h2>
            </div>
            {label.policies.length === 0 ? (
              <p className="muted sm">None.</p>
            ) : (
              <ul className="pol-fails">
                {label.policies.map((policy) => (
                  <li key={policy.id}>
                    <Link className="tr" href={`/policies/${policy.id}`} title={policy.name}>
                      {policy.name}
                    </Link>
                  </li>
                ))}
              </ul>
            )}
          </section>
        </aside>
      </div>
    </>
  );
}

function kindSentence(label: LabelInUse): string {
  if (label.labelType === "builtin") return "Built in.";
  if (label.membershipType === "manual") return "Its hosts are named by hand.";
  return label.enabled ? "Its hosts are found by a query." : "Its hosts are found by a query, which is off.";
}

function LabelFacts({ label }: { label: LabelInUse }) {
  return (
    <div className="pol-facts">
      <dl className="facts">
        <div>
          <dt>Description</dt>
          <dd>{label.description || "Not described."}</dd>
        </div>
      </dl>
      {label.query && (
        <section>
          <h2 className="h2">Query</h2>
          <pre className="sql">{label.query}</pre>
        </section>
      )}
      <p className="muted sm">
        {label.labelType === "builtin" ? "Built-in labels can’t be changed." : "You can read this label. Changing it needs the maintainer or admin role."}
      </p>
    </div>
  );
}
