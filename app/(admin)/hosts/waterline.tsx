import { Icon, Mark, type MarkName } from "@/app/_components/icon";
import { Time } from "@/app/_components/time";
import type { WaterlineStep } from "@/lib/compliance/describe-waterline";

const stateMarks = new Set(["in", "held", "unsure", "loose"]);

/** We decided → We sent → Microsoft → Entra says. A step that broke carries its remedy. `upright` stands it on end, for panels. */
export function Waterline({ steps, upright = false }: { steps: WaterlineStep[]; upright?: boolean }) {
  return (
    <ol className={`wl${upright ? " v" : ""}`} aria-label="What we decided and what Microsoft knows">
      {steps.map((step) => (
        <li key={step.title} className={step.done ? "done" : ""}>
          <span className="buoy">
            <StepMark step={step} />
          </span>
          <p className="k">{step.title}</p>
          <p className="v">{step.value}</p>
          <p className="sm muted">
            {step.at && <Time at={step.at} form={step.title === "Entra says" ? "ago" : "dated"} />}
            {step.at && step.note && ", "}
            {step.note}
          </p>
          {step.remedy && <p className={`sm wl-remedy ${step.mark === "broken" ? "held" : "unsure"}`}>{step.remedy}</p>}
        </li>
      ))}
    </ol>
  );
}

function StepMark({ step: { mark } }: { step: WaterlineStep }) {
  if (stateMarks.has(mark)) return <Mark name={mark as MarkName} className={`mk ${mark}`} />;
  if (mark === "running") return <Icon name="again" className="mk ic spin" />;
  if (mark === "warn") return <Icon name="warn" className="mk ic unsure" />;
  if (mark === "broken") return <Icon name="warn" className="mk ic held" />;
  return <Mark name={mark === "done" ? "done" : "todo"} />;
}
