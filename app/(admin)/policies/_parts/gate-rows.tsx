"use client";
import { platformWords } from "./platform-words";

/** A policy as the choice shows it. */
export interface GateRow {
  id: number;
  name: string;
  platform: string;
  inherited: boolean;
  gated: boolean;
  canGate: boolean;
  fail: number;
}

/** The policies to tick. What can't be ticked here is greyed and says why. */
export function GateRows({
  policies,
  ticked,
  newlyBlocked,
  disabled,
  onToggle,
}: {
  policies: GateRow[];
  ticked: ReadonlySet<number>;
  newlyBlocked: Record<string, number>;
  disabled: boolean;
  onToggle: (id: number) => void;
}) {
  if (policies.length === 0) return <p className="muted">There is no policy here yet. Add one first, then choose whether it gates access.</p>;
  const isTicked = (policy: GateRow) => (policy.inherited ? policy.gated : ticked.has(policy.id));
  return (
    <>
      <div className="gate-h xs faint" aria-hidden="true">
        <span>
          {policies.filter(isTicked).length} of {policies.length} ticked
        </span>
        <span>Fail now</span>
        <span>Newly blocked</span>
      </div>
      <ul className="gate-rows" aria-label="Policies">
        {policies.map((policy) => {
          const on = isTicked(policy);
          const isNew = on && !policy.gated;
          const more = on ? (newlyBlocked[policy.id] ?? 0) : 0;
          const fixed = policy.inherited || (!policy.canGate && !policy.gated) || disabled;
          const mark = policy.inherited ? "from All teams" : policy.canGate ? "" : `${platformWords(policy.platform)} only; Entra is told about Macs`;
          return (
            <li key={policy.id} className={[isNew && more > 0 && "new", fixed && !on && "off"].filter(Boolean).join(" ") || undefined}>
              <input
                type="checkbox"
                id={`gate-${policy.id}`}
                checked={on}
                disabled={fixed}
                aria-describedby={`gate-${policy.id}-facts`}
                onChange={() => onToggle(policy.id)}
                title={policy.inherited ? "This policy is for all teams. Choose All teams to change it." : undefined}
              />
              <label className="tr" htmlFor={`gate-${policy.id}`} title={policy.name}>
                {policy.name}
              </label>
              <span className={`gate-mark ${isNew ? "gate-new" : "xs faint"}`}>{isNew ? "new" : mark}</span>
              <span className={`num${policy.fail === 0 ? " faint" : ""}`} aria-hidden="true">
                {policy.canGate ? policy.fail.toLocaleString("en") : ""}
              </span>
              <span className="num gate-plus" aria-hidden="true">
                {more > 0 ? `+${more.toLocaleString("en")}` : ""}
              </span>
              <span className="vh" id={`gate-${policy.id}-facts`}>
                {mark && `${mark}. `}
                {policy.canGate && `${policy.fail} fail now. `}
                {more > 0 && `${more} newly blocked.`}
              </span>
            </li>
          );
        })}
      </ul>
    </>
  );
}
