"use client";
import Link from "next/link";
import type { ReactNode } from "react";
import { Icon, Mark } from "@/app/_components/icon";
import type { OnDisable } from "@/lib/teams/team";

/** What saving would do, as the server computed it from stored answers. */
export interface Impact {
  registered: number;
  newlyBlocked: number;
  newlyUnmanaged: number;
  letIn: number;
  released: number;
  waiting: number;
  blockedHosts: { hostId: number; hostName: string; person: string }[];
  byPolicy: Record<string, number>;
}

interface Facts {
  /** Whether the team gates after saving, and whether it does now; null where there is no switch. */
  teamOn: boolean | null;
  wasOn: boolean | null;
  auditOnly: boolean;
  onDisable: OnDisable;
  graceSeconds: number;
  /** How many policies keep out as things stand. */
  blocked: number;
  mayTick: boolean;
}

const mostShown = 3;

function people(count: number): string {
  return count === 1 ? "1 person" : `${count.toLocaleString("en")} people`;
}

function hoursOf(seconds: number): string {
  if (seconds < 5400) return `${Math.max(1, Math.round(seconds / 60))} minutes`;
  const hours = Math.round(seconds / 3600);
  return hours === 1 ? "1 hour" : `${hours} hours`;
}

/** What the choice would do, directly above its buttons: who is blocked, who is let in, and what else to decide. */
export function GateImpact({
  impact,
  changed,
  facts,
  onWatch,
  onDisableChoice,
}: {
  impact: Impact | null;
  changed: boolean;
  facts: Facts;
  onWatch?: (watch: boolean) => void;
  onDisableChoice: (choice: OnDisable) => void;
}) {
  if (!impact) {
    return (
      <Frame mark={<Icon name="hour" />} title="Looking at stored answers…">
        <p className="muted">Nothing is asked of any host for this.</p>
      </Frame>
    );
  }
  if (facts.wasOn && facts.teamOn === false) return <SwitchingOff impact={impact} choice={facts.onDisable} onChoice={onDisableChoice} />;
  if (facts.teamOn === false) {
    return (
      <Frame mark={<Mark name="in" className="mk in" />} title="Gating is off, so nobody is blocked">
        <p className="muted">Ticked policies count as soon as it is switched on.</p>
      </Frame>
    );
  }
  const out = impact.newlyBlocked + impact.newlyUnmanaged;
  if (out > 0 && changed) return <Blocking impact={impact} out={out} facts={facts} onWatch={onWatch} />;
  if (!changed) return <Standing facts={facts} onWatch={onWatch} />;
  const letIn = impact.letIn > 0;
  return (
    <Frame mark={<Mark name="in" className="mk in" />} title={letIn ? `Saving would let in ${people(impact.letIn)}` : "Saving would block nobody now"}>
      <p className="muted">
        {letIn ? "Nothing else would keep them out. Microsoft is told within seconds. " : ""}
        <Waiting impact={impact} facts={facts} />
        {!letIn && impact.waiting === 0 && "Whoever fails later is blocked within seconds of it."}
      </p>
      {facts.teamOn && <When facts={facts} onWatch={onWatch} />}
    </Frame>
  );
}

function Standing({ facts, onWatch }: { facts: Facts; onWatch?: (watch: boolean) => void }) {
  const { blocked, auditOnly, mayTick } = facts;
  const verb = auditOnly ? "would be kept out" : blocked === 1 ? "is kept out" : "are kept out";
  return (
    <Frame mark={<Icon name="info" />} title={blocked === 0 ? "These policies keep nobody out now" : `${people(blocked)} ${verb} by these policies now`}>
      <p className="muted">{mayTick ? "Tick a policy to see who it would block." : "Changing this needs the maintainer or admin role."}</p>
      {facts.teamOn && <When facts={facts} onWatch={onWatch} />}
    </Frame>
  );
}

function Blocking({ impact, out, facts, onWatch }: { impact: Impact; out: number; facts: Facts; onWatch?: (watch: boolean) => void }) {
  const names = impact.blockedHosts.map(({ person, hostName }) => person || hostName);
  const shown = names.slice(0, mostShown);
  const rest = out - shown.length;
  const share = impact.registered > 0 ? Math.round((out / impact.registered) * 100) : 0;
  return (
    <Frame
      mark={<Mark name={facts.auditOnly ? "unsure" : "held"} className={`mk ${facts.auditOnly ? "unsure" : "held"}`} />}
      title={facts.auditOnly ? `${people(out)} would be blocked; you only watch` : `Saving would block ${people(out)} now`}
    >
      <p className="muted">
        {shown.join(", ")}
        {rest > 0 ? ` and ${rest === 1 ? "1 other" : `${rest.toLocaleString("en")} others`}` : ""}. That is {share < 1 ? "under 1" : share} % of{" "}
        {impact.registered.toLocaleString("en")} Macs that Entra knows.
        {impact.newlyUnmanaged > 0 && ` ${impact.newlyUnmanaged.toLocaleString("en")} of them because MDM is off.`} <Waiting impact={impact} facts={facts} />
      </p>
      {out > mostShown && (
        <details className="sm">
          <summary>See all {out.toLocaleString("en")}</summary>
          <ul>
            {impact.blockedHosts.map(({ hostId, hostName, person }) => (
              <li key={hostId}>
                <Link href={`/hosts/${hostId}`} target="_blank">
                  {hostName}
                </Link>{" "}
                <span className="muted">{person}</span>
              </li>
            ))}
            {out > impact.blockedHosts.length && <li className="muted">and {(out - impact.blockedHosts.length).toLocaleString("en")} more</li>}
          </ul>
        </details>
      )}
      <When facts={facts} onWatch={onWatch} />
    </Frame>
  );
}

function When({ facts, onWatch }: { facts: Facts; onWatch?: (watch: boolean) => void }) {
  if (!onWatch) return null;
  return (
    <fieldset>
      <legend className="vh">When to block</legend>
      <label>
        <input type="radio" name="when" checked={!facts.auditOnly} onChange={() => onWatch(false)} /> Block at once
      </label>
      <label>
        <input type="radio" name="when" checked={facts.auditOnly} onChange={() => onWatch(true)} /> Only watch, block no one
      </label>
    </fieldset>
  );
}

function SwitchingOff({ impact, choice, onChoice }: { impact: Impact; choice: OnDisable; onChoice: (choice: OnDisable) => void }) {
  const stay = impact.released;
  return (
    <Frame
      mark={<Icon name="warn" className="ic unsure" />}
      title={
        stay > 0
          ? `${people(stay)} ${stay === 1 ? "is" : "are"} kept out now. What shall Entra hold after?`
          : "Nobody is kept out now. What shall Entra hold after?"
      }
    >
      <p className="muted">From then on nothing is reported about this team’s Macs.</p>
      <fieldset>
        <legend className="vh">When gating goes off</legend>
        {(
          [
            ["leave", stay > 0 ? `Leave it, ${people(stay)} ${stay === 1 ? "stays" : "stay"} blocked` : "Leave the last answers"],
            ["release", "Let everyone in"],
            ["lock", "Keep everyone out"],
          ] as const
        ).map(([value, label]) => (
          <label key={value}>
            <input type="radio" name="on-disable" checked={choice === value} onChange={() => onChoice(value)} /> {label}
          </label>
        ))}
      </fieldset>
    </Frame>
  );
}

function Waiting({ impact, facts }: { impact: Impact; facts: Facts }) {
  if (impact.waiting === 0) return null;
  const macs = impact.waiting === 1 ? "1 Mac hasn’t" : `${impact.waiting.toLocaleString("en")} Macs haven’t`;
  return (
    <>{`${macs} answered yet and ${impact.waiting === 1 ? "has" : "have"} ${facts.graceSeconds > 0 ? hoursOf(facts.graceSeconds) : "their team’s time"} to do so. `}</>
  );
}

function Frame({ mark, title, children }: { mark: ReactNode; title: string; children: ReactNode }) {
  return (
    <section className="gate-impact" aria-labelledby="impact">
      {mark}
      <div>
        <h3 id="impact" aria-live="polite">
          {title}
        </h3>
        {children}
      </div>
    </section>
  );
}
