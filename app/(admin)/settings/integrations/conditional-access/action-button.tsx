"use client";
import { useActionState, type ComponentProps } from "react";
import { FormMessage } from "@/app/_components/notice";
import { SubmitButton } from "@/app/_components/submit-button";
import type { ActionState } from "@/lib/auth/admin-action";

interface ActionButtonProps {
  action: (previous: ActionState, form: FormData) => Promise<ActionState>;
  connectionId: number;
  sending: string;
  kind?: ComponentProps<typeof SubmitButton>["kind"];
  icon?: ComponentProps<typeof SubmitButton>["icon"];
  children: string;
}

/** A button whose press does one thing with the connection; what goes wrong is said beside it. */
export function ActionButton({ action, connectionId, sending, kind = "plain", icon, children }: ActionButtonProps) {
  const [state, send] = useActionState(action, { ok: false, message: "", fields: {} });
  return (
    <form action={send} style={{ display: "contents" }}>
      <input type="hidden" name="connectionId" value={connectionId} />
      <SubmitButton sending={sending} kind={kind} {...(icon ? { icon } : {})}>
        {children}
      </SubmitButton>
      {!state.ok && <FormMessage state={state} />}
    </form>
  );
}
