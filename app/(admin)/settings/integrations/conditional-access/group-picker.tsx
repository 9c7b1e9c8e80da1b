"use client";
import { useActionState, useEffect, useState, useTransition } from "react";
import { Field } from "@/app/_components/field";
import { FormMessage } from "@/app/_components/notice";
import { SubmitButton } from "@/app/_components/submit-button";
import { findGroups, saveGroup } from "./actions";

interface Group {
  id: string;
  name: string;
}

/** Finds security groups of the tenant by the beginning of their name, and saves the chosen one. */
export function GroupPicker({ connectionId, chosen, suggested }: { connectionId: number; chosen: string; suggested: string }) {
  const [state, send] = useActionState(saveGroup, { ok: false, message: "", fields: {} });
  const [beginning, setBeginning] = useState("");
  const [picked, setPicked] = useState(chosen);
  const [found, setFound] = useState<{ groups: Group[]; problem: string } | null>(null);
  const [searching, startSearch] = useTransition();
  useEffect(() => {
    const timer = setTimeout(() => {
      startSearch(async () => {
        const answer = await findGroups({ connectionId, beginning });
        setFound({ groups: answer.data ?? [], problem: answer.ok ? "" : answer.message });
      });
    }, 250);
    return () => clearTimeout(timer);
  }, [beginning, connectionId]);
  return (
    <form action={send} onReset={(event) => event.preventDefault()} className="cform">
      <input type="hidden" name="connectionId" value={connectionId} />
      <Field
        name="beginning"
        label="Find a group"
        value={beginning}
        onChange={(event) => setBeginning(event.target.value)}
        placeholder={suggested}
        autoComplete="off"
        help="By the beginning of its name. It has to be the group that Intune gives to the partner."
      />
      <fieldset aria-busy={searching || found === null}>
        <legend className="lab">Security groups</legend>
        <div className="groups" role="radiogroup" aria-label="Security groups">
          {found?.groups.map(({ id, name }) => (
            <label key={id} aria-label={name}>
              <input type="radio" name="group_id" value={id} checked={picked === id} onChange={() => setPicked(id)} />
              <span style={{ minWidth: 0 }}>
                <span className="tr" title={name}>
                  {name}
                </span>
                <code className="xs faint tr" title={id}>
                  {id}
                </code>
              </span>
            </label>
          ))}
        </div>
        <p className="sm muted" aria-live="polite">
          {found === null
            ? "Asking Microsoft…"
            : found.problem || (found.groups.length === 0 ? `No group’s name begins with “${beginning}”.` : `${found.groups.length} shown`)}
        </p>
      </fieldset>
      <FormMessage state={state.ok ? state : { ...state, message: state.fields.group_id ?? state.message }} />
      <p className="wacts">
        <SubmitButton sending="Saving…">Cover this group</SubmitButton>
      </p>
    </form>
  );
}
