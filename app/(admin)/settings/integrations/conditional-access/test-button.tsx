"use client";
import { useActionState } from "react";
import { Icon, Mark } from "@/app/_components/icon";
import { FormMessage } from "@/app/_components/notice";
import { SubmitButton } from "@/app/_components/submit-button";
import type { ActionState } from "@/lib/auth/admin-action";
import type { ConnectionTest } from "@/lib/compliance/entra/test-connection";
import { runTest } from "./actions";

const names = { tokens: "Sign-in", permissions: "Permissions", services: "Intune’s services", group: "Group", partner: "Partner state" };

/** Tries the connection without writing anything, and says what each part answered. */
export function TestButton({ connectionId }: { connectionId: number }) {
  const [state, send] = useActionState<ActionState<ConnectionTest>, FormData>(runTest, { ok: false, message: "", fields: {} });
  return (
    <form action={send}>
      <input type="hidden" name="connectionId" value={connectionId} />
      <SubmitButton sending="Testing…" kind="plain" icon="again">
        Test connection
      </SubmitButton>
      <div aria-live="polite">
        {state.data && (
          <>
            <p className={`st ${state.data.passed ? "in" : "held"}`} style={{ marginTop: 14 }}>
              <Mark name={state.data.passed ? "pass" : "fail"} />
              {state.data.passed ? "Everything answers. Nothing was changed." : "The test found a problem. Nothing was changed."}
            </p>
            <ul className="checks">
              {state.data.checks.map(({ name, outcome, summary, code }) => (
                <li key={name}>
                  <span className={`st ${outcome === "pass" ? "in" : outcome === "fail" ? "held" : "faint"}`}>
                    {outcome === "skipped" ? <Icon name="info" /> : <Mark name={outcome === "pass" ? "pass" : "fail"} />}
                    {names[name]}
                  </span>
                  <span className="muted">
                    {summary} {code && <code className="xs">{code}</code>}
                  </span>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
      {!state.ok && <FormMessage state={state} />}
    </form>
  );
}
