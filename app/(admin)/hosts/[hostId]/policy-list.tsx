import Link from "next/link";
import { Icon, Mark } from "@/app/_components/icon";
import { Time } from "@/app/_components/time";
import type { HostDetail } from "@/lib/hosts/get-host";

const marks = { pass: "pass", fail: "fail", unknown: "unsure" } as const;
const colours = { pass: "in", fail: "held", unknown: "unsure" } as const;
const words = { pass: "Pass", fail: "Fail", unknown: "Unknown" } as const;

/** A host's answers, failing first. `short` leaves out since when, for the column beside the access panel. */
export function PolicyList({ host, short = false }: { host: HostDetail; short?: boolean }) {
  const { policies } = host;
  return (
    <section className="pols" aria-labelledby="policies">
      <div className="sech">
        <h2 className="h2" id="policies">
          Policies
        </h2>
        <span className="r faint">
          <Icon name="gate" className="ic gi" /> gates access
        </span>
      </div>
      {policies.length === 0 ? (
        <p className="muted">No policy was asked of this host yet.</p>
      ) : (
        <ul>
          {policies.map((policy) => (
            <li key={policy.id}>
              <Mark name={marks[policy.outcome]} className={`mk ${colours[policy.outcome]}`} />
              <span style={{ minWidth: 0 }}>
                <Link className="tr" href={`/policies/${policy.id}`} title={policy.name} style={{ color: "inherit", display: "block" }}>
                  {policy.name}
                </Link>
                {!short && (
                  <span className="sm muted" style={{ display: "block", paddingBottom: 6 }}>
                    {policy.outcomeSince ? (
                      <>
                        Since <Time at={policy.outcomeSince} form="clock" />.{" "}
                      </>
                    ) : (
                      "Not answered yet in its present version. "
                    )}
                    {policy.outcome !== "pass" && (policy.message || policy.resolution.replaceAll("**", ""))}
                  </span>
                )}
              </span>
              {policy.gated ? (
                <span className="gt" title="Gates access">
                  <Icon name="gate" />
                  <span className="vh">Gates access</span>
                </span>
              ) : (
                <span />
              )}
              <span className={`o ${colours[policy.outcome]}`}>{words[policy.outcome]}</span>
            </li>
          ))}
        </ul>
      )}
      <p className="sm faint">
        {host.refetchRequestedAt ? (
          <>
            Asked again <Time at={host.refetchRequestedAt} />; the answers come with the next check-in.
          </>
        ) : (
          <>
            Answered <Time at={host.policyUpdatedAt.getTime() > 0 ? host.policyUpdatedAt : null} none="not yet" />. What blocks is asked at every check-in.
          </>
        )}
      </p>
    </section>
  );
}
