import type { ReactNode } from "react";
import { Icon, Mark } from "./icon";

/** A fact, its consequence, and at most one link. One per page. */
export function Notice({ kind, action, children }: { kind: "held" | "unsure" | "sea" | "in"; action?: ReactNode; children: ReactNode }) {
  return (
    <div className={`note ${kind}`} role={kind === "held" || kind === "unsure" ? "status" : undefined}>
      {kind === "held" || kind === "in" ? <Mark name={kind} /> : <Icon name={kind === "unsure" ? "warn" : "info"} />}
      <span>{children}</span>
      {action}
    </div>
  );
}

/** What a form's action answered, where its buttons are. */
export function FormMessage({ state }: { state: { ok: boolean; message: string } | null | undefined }) {
  return (
    <div aria-live="polite">
      {state?.message ? (
        state.ok ? (
          <p className="in sm">{state.message}</p>
        ) : (
          <p className="err">
            <Icon name="warn" />
            {state.message}
          </p>
        )
      ) : null}
    </div>
  );
}
