import { Icon, Mark } from "@/app/_components/icon";
import { Time } from "@/app/_components/time";

/** A step as the list shows it. */
export interface WizardStep {
  title: string;
  state: "ok" | "now" | "bad" | "todo";
  note: string;
  /** When it stopped. */
  at?: Date;
}

const said = { ok: "Done: ", now: "Under way: ", bad: "Stopped: ", todo: "To do: " };

/** The steps of connecting, with what was decided in each. */
export function WizardSteps({ steps }: { steps: WizardStep[] }) {
  return (
    <ol className="steps" aria-label="Steps">
      {steps.map(({ title, state, note, at }) => (
        <li key={title} className={state} aria-current={state === "now" || state === "bad" ? "step" : undefined}>
          {state === "now" ? (
            <Icon name="hour" />
          ) : (
            <Mark name={state === "ok" ? "done" : state === "bad" ? "held" : "todo"} className={`mk${state === "bad" ? " held" : ""}`} />
          )}
          <div style={{ minWidth: 0 }}>
            <p className="t">
              <span className="vh">{said[state]}</span>
              {title}
            </p>
            <p className="sm muted tr" title={note}>
              {note}
              {at && (
                <>
                  , <Time at={at} />
                </>
              )}
            </p>
          </div>
        </li>
      ))}
      <li className="save sm faint">Saved as you go. Close this page and come back when you like, or let another admin finish.</li>
    </ol>
  );
}
