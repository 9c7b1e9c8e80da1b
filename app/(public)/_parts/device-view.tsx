import type { ReactNode } from "react";
import { Icon, Mark } from "@/app/_components/icon";
import type { Organisation } from "@/lib/auth/get-organisation";
import type { DeviceCheck, DeviceProgress } from "@/lib/compliance/get-device-progress";
import { At } from "./at";
import { contactSentence, ContactLinks } from "./contact";
import { deviceWords, type Step } from "./device-words";
import { WaitingBoat } from "./drawings";
import { RegisterSteps, SetUpSteps } from "./set-up-steps";

/** Mac, PC or computer, as the host's platform says. */
export function computerWord(platform: string): string {
  return platform === "darwin" ? "Mac" : platform === "windows" ? "PC" : "computer";
}

/** The whole of My device. What carries `data-live` is renewed while the page is open. */
export function DeviceView({ progress, organisation, address }: { progress: DeviceProgress; organisation: Organisation; address: string }) {
  const computer = computerWord(progress.facts.platform);
  const words = deviceWords(progress, computer);
  const live = ["sending", "accepting", "slow", "done", "first_check"].includes(progress.moment);
  return (
    <div data-progress={`${address}/progress`} data-every={words.everyMs}>
      <div data-live="title">
        <h1>{words.title}</h1>
        <p className="lead">{words.lead}</p>
      </div>
      <div className={`dcols ${live ? "live" : "todo-first"}`} data-order="">
        <div data-live="list">
          <Fixes progress={progress} computer={computer} />
        </div>
        <div className="side">
          <section className="prog" aria-labelledby="progress">
            <h2 id="progress">{["fine", "excepted"].includes(progress.moment) ? "Where it stands" : "Getting you back in"}</h2>
            <div data-live="silent">
              {progress.silent && progress.moment !== "done" && (
                <p className="note unsure spread">
                  <Icon name="warn" />
                  <span>
                    <b>We can’t hear your {computer}.</b> Is it online? We’ll go on as soon as it is.
                  </span>
                </p>
              )}
            </div>
            <ol className="vl" aria-live="polite" data-live="steps" data-list="">
              {words.steps.map((step) => (
                <StepLine key={step.title} step={step} />
              ))}
            </ol>
            <div data-live="again">
              <AgainForm address={address} checking={progress.checking} plain={live} />
              <p className="tip">
                {progress.facts.seenAt && (
                  <>
                    Last heard from your {computer} at <At at={progress.facts.seenAt} now={progress.now} seconds />.{" "}
                  </>
                )}
                {words.tip}
              </p>
            </div>
          </section>
          <section className="helpd">
            <h2>Stuck?</h2>
            <p className="muted">{contactSentence(organisation)} Say that your sign-in is blocked by a device check.</p>
            <ContactLinks organisation={organisation} />
          </section>
        </div>
      </div>
      <div className="stick" data-live="stick">
        {!live && <AgainForm address={address} checking={progress.checking} />}
      </div>
    </div>
  );
}

function AgainForm({ address, checking, plain = false }: { address: string; checking: boolean; plain?: boolean }) {
  return (
    <form method="post" action={`${address}/check`} data-check="">
      <button type="submit" className={plain ? "btn plain wide" : "btn wide"} aria-disabled={checking || undefined}>
        <Icon name="again" className={checking ? "ic spin" : "ic"} />
        {checking ? "Checking…" : "Check again"}
      </button>
    </form>
  );
}

function StepLine({ step }: { step: Step }) {
  const icon: Record<Step["state"], ReactNode> = {
    ok: <Mark name="in" className="mk in" />,
    held: <Mark name="held" className="mk held" />,
    busy: <Icon name="again" className="ic spin" />,
    boat: <WaitingBoat />,
    arr: <WaitingBoat />,
    todo: <Mark name="todo" />,
  };
  const current = step.state !== "ok" && step.state !== "todo";
  return (
    <li className={step.state === "ok" || step.state === "todo" || step.state === "arr" ? step.state : "now"} aria-current={current ? "step" : undefined}>
      <span className="bu">{icon[step.state]}</span>
      <div>
        <p className="t">{step.title}</p>
        <p className="s">{step.note}</p>
      </div>
    </li>
  );
}

function Fixes({ progress, computer }: { progress: DeviceProgress; computer: string }) {
  const { facts, now, moment, toFix, later, fine } = progress;
  const mended =
    ["sending", "accepting", "slow", "done"].includes(moment) && facts.changedFrom === "held" ? fine.filter((check) => isMended(check, facts.changedAt)) : [];
  const others = fine.filter((check) => !mended.includes(check));
  return (
    <>
      <div className="fixes">
        {moment === "unmanaged" && <SetUpSteps computer={computer} />}
        {moment === "unregistered" && <RegisterSteps computer={computer} />}
        {mended.map((check) => (
          <section className="fx" key={check.policyId}>
            <Mark name="in" className="mk in" />
            <div>
              <h2>{check.name}</h2>
              <p className="l in">
                Fixed <At at={check.since} now={now} />
              </p>
            </div>
          </section>
        ))}
        {toFix.map((check) => (
          <Fix key={check.policyId} check={check} now={now} />
        ))}
        {later.map((check) => (
          <Fix key={check.policyId} check={check} now={now} />
        ))}
      </div>
      {others.length > 0 && (
        <details className="okl">
          <summary>
            <Mark name="in" />
            <span>
              {others.length}
              {toFix.length + later.length + mended.length > 0 ? " other" : ""} {others.length === 1 ? "check is" : "checks are"} fine
            </span>
          </summary>
          <ul>
            {others.map((check) => (
              <li key={check.policyId}>{check.name}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

// The verdict follows the last answer at once: what was mended with it changed at most a little before.
function isMended(check: DeviceCheck, changedAt: Date | null): boolean {
  return check.gates && changedAt !== null && changedAt.getTime() - check.since.getTime() < 5 * 60_000;
}

function Fix({ check, now }: { check: DeviceCheck; now: Date }) {
  const unknown = check.outcome === "unknown";
  return (
    <section className="fx">
      {check.blocking && !unknown ? <Mark name="held" className="mk held" /> : <Icon name="hour" className="ic unsure" />}
      <div>
        <h2>{unknown ? check.name : `Not yet: ${check.name}`}</h2>
        {check.blocking ? (
          <p className={`l ${unknown ? "unsure" : "held"}`}>
            {unknown ? "No answer since " : "Keeps you out since "}
            <At at={check.since} now={now} />
          </p>
        ) : (
          <p className="l unsure">Not urgent. It doesn’t keep you out.</p>
        )}
        {check.description && <p className="wy">{check.description}</p>}
        {!unknown && <Resolution text={check.resolution} />}
      </div>
    </section>
  );
}

/** An admin's words on how to mend it: lines are steps, ** makes menu names bold. */
function Resolution({ text }: { text: string }) {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.replace(/^\s*(?:\d+[.)]|[-*•])\s+/, "").trim())
    .filter(Boolean);
  if (lines.length === 0) return <p className="wy">Ask IT how to fix this one.</p>;
  if (lines.length === 1) return <p className="one">{bold(lines[0] ?? "")}</p>;
  return (
    <ol className="do">
      {lines.map((line) => (
        <li key={line}>{bold(line)}</li>
      ))}
    </ol>
  );
}

function bold(line: string): ReactNode[] {
  return line.split(/\*\*(.+?)\*\*/).map((part, index) => (index % 2 === 1 ? <b key={index}>{part}</b> : part));
}
