import Link from "next/link";
import { Because, Told } from "@/app/_components/because";
import { Blank } from "@/app/_components/blank";
import { formatSpan } from "@/app/_components/format-time";
import { Time } from "@/app/_components/time";
import type { Overview } from "@/lib/compliance/get-overview";
import { DeliveryChart } from "./delivery-chart";

/** A team's part of an address, or nothing. */
export function scoped(path: string, teamId: number | undefined, more: Record<string, string> = {}): string {
  const query = new URLSearchParams({ ...more, ...(teamId !== undefined && { team_id: String(teamId) }) }).toString();
  return query ? `${path}?${query}` : path;
}

/** Who is out now, the latest first. */
export function BlockedNow({ overview, noun, teamId }: { overview: Overview; noun: string; teamId: number | undefined }) {
  const { blockedNow, byAccess, fleet } = overview;
  return (
    <section aria-labelledby="blocked">
      <div className="sech">
        <h2 className="h2" id="blocked">
          Blocked now
        </h2>
        {byAccess.held > 0 && <Link href={scoped("/hosts", teamId, { access: "held" })}>All {byAccess.held.toLocaleString("en")}</Link>}
      </div>
      {blockedNow.length === 0 ? (
        <Blank drawing="good" title="Nobody is blocked" level={3}>
          {byAccess.in === fleet.total ? `All ${fleet.total.toLocaleString("en")} ${noun} are let in.` : "No verdict keeps anybody out."}
        </Blank>
      ) : (
        <table className="tbl two flat">
          <caption className="vh">Blocked hosts, the latest first</caption>
          <colgroup>
            <col style={{ width: "36%" }} />
            <col />
            <col style={{ width: 100 }} />
            <col className="c-md" style={{ width: 120 }} />
          </colgroup>
          <thead>
            <tr>
              <th scope="col">Host</th>
              <th scope="col">Because</th>
              <th scope="col">For</th>
              <th scope="col" className="c-md">
                Told Microsoft
              </th>
            </tr>
          </thead>
          <tbody>
            {blockedNow.map((host) => (
              <tr key={host.id} data-row>
                <td>
                  <Link className="name tr" href={`/hosts/${host.id}`} title={host.name} data-row-link>
                    {host.name}
                  </Link>
                  <span className="tr sm muted" title={host.userPrincipalName}>
                    {host.userPrincipalName || "No one signed in yet"}
                  </span>
                </td>
                <td>
                  <Because reasons={host.reasons} />
                </td>
                <td className="nowrap">
                  <Time at={host.changedAt} form="since" />
                </td>
                <td className="c-md nowrap">
                  <Told report={host.report} entraDisagrees={host.entraDisagrees} deviceId={host.deviceId} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

/** How long Microsoft's acceptance takes, in a figure, a sentence and a line. */
export function AnswerToAccepted({ overview }: { overview: Overview }) {
  const { delivery, since } = overview;
  const [p50, p95, p99] = [delivery.p50Ms, delivery.p95Ms, delivery.p99Ms].map((ms) => (ms === null ? "–" : formatSpan(ms, true)));
  return (
    <section aria-labelledby="delivery">
      <div className="sech">
        <h2 className="h2" id="delivery">
          From answer to accepted
        </h2>
      </div>
      {delivery.accepted === 0 ? (
        <p className="sm muted">Microsoft accepted no report in the last 24 hours.</p>
      ) : (
        <>
          <p className="big">
            <b>{p50}</b>{" "}
            <span className="muted sm">
              half of the {delivery.accepted.toLocaleString("en")} reports in 24 hours; 95 % within {p95}, 99 % within {p99}
            </span>
          </p>
          <DeliveryChart points={delivery.points.map(({ at, medianMs }) => ({ at: at.toISOString(), medianMs }))} since={since.toISOString()} />
        </>
      )}
    </section>
  );
}

/** What waits for an admin: now first, then what ends soon. */
export function NeedsYou({ overview }: { overview: Overview }) {
  return (
    <section aria-labelledby="needs">
      <div className="sech">
        <h2 className="h2" id="needs">
          Needs you
        </h2>
      </div>
      {overview.needsYou.length === 0 ? (
        <p className="sm muted">Nothing. Whatever can be mended by itself is.</p>
      ) : (
        <ul className="soon">
          {overview.needsYou.map(({ key, at, before, link, after }) => (
            <li key={key}>
              {at ? (
                <span className="w">
                  <Time at={at} form="clock" />
                </span>
              ) : (
                <span className="w unsure">Now</span>
              )}
              <span>
                {before} <Link href={link.href}>{link.text}</Link>
                {after && (/^[A-Z]/.test(after) ? `. ${after}` : ` ${after}`)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

const codeWords: Record<string, string> = {
  stale: "Silent for too long",
  mdm_off: "MDM is off",
  mdm_not_ours: "Managed by another MDM",
  mdm_unknown: "No word on MDM",
};

/** The reasons of the blocked as bars, at most four and the others. */
export function WhatBlocks({ overview, teamId }: { overview: Overview; teamId: number | undefined }) {
  const { blockers } = overview;
  if (blockers.length === 0) return null;
  const shown = blockers.slice(0, blockers.length === 5 ? 5 : 4);
  const others = blockers.slice(shown.length);
  const otherHosts = others.reduce((sum, { hosts }) => sum + hosts, 0);
  const most = Math.max(...shown.map(({ hosts }) => hosts), otherHosts);
  return (
    <section aria-labelledby="why">
      <div className="sech">
        <h2 className="h2" id="why">
          What blocks people
        </h2>
      </div>
      <ul className="bars">
        {shown.map(({ code, policyId, policyName, hosts }) => {
          const words = policyId === null ? (codeWords[code] ?? code.replaceAll("_", " ")) : (policyName ?? "A deleted policy");
          const more: Record<string, string> = policyId === null ? { access: "held" } : { access: "held", policy_id: String(policyId), outcome: "fail" };
          return (
            <li key={`${code} ${policyId}`}>
              <Link className="tr" href={scoped("/hosts", teamId, more)} title={words}>
                {words}
              </Link>
              <Bar share={hosts / most} />
              <b>{hosts.toLocaleString("en")}</b>
            </li>
          );
        })}
        {others.length > 0 && (
          <li>
            <Link className="tr" href={scoped("/hosts", teamId, { access: "held" })}>
              {others.length} other reasons
            </Link>
            <Bar share={otherHosts / most} />
            <b>{otherHosts.toLocaleString("en")}</b>
          </li>
        )}
      </ul>
    </section>
  );
}

function Bar({ share }: { share: number }) {
  return <span className="bar1" style={{ "--w": `${Math.round(share * 100)}%` } as React.CSSProperties} />;
}
