"use client";
import { useRouter } from "next/navigation";
import { useActionState, useState, useTransition } from "react";
import { Button } from "@/app/_components/button";
import { Dialog } from "@/app/_components/dialog";
import { CheckField, Field, SelectField, TextField } from "@/app/_components/field";
import { Icon } from "@/app/_components/icon";
import { FormMessage } from "@/app/_components/notice";
import { SubmitButton } from "@/app/_components/submit-button";
import { useToast } from "@/app/_components/toast";
import type { ActionState } from "@/lib/auth/admin-action";
import { SqlEditor } from "../../policies/_parts/sql-editor";
import { removeLabel, saveLabel } from "../actions";

/** What the form starts from; `id` null makes a new label. */
export interface LabelDraft {
  id: number | null;
  teamId: number | null;
  name: string;
  description: string;
  kind: "dynamic" | "manual";
  query: string;
  platform: string;
  enabled: boolean;
  /** The hosts of a manual label, one a line. */
  hosts: string;
  /** Names of policies that the label narrows: while there are any, it stays. */
  policies: string[];
}

const untouched: ActionState = { ok: false, message: "", fields: {} };

const platforms = [
  ["", "Every platform"],
  ["darwin", "macOS"],
  ["windows", "Windows"],
  ["linux", "Linux"],
  ["chrome", "ChromeOS"],
] as const;

/** Makes or changes a label. Its kind, query and platform are chosen once. */
export function LabelForm({ draft, listHref }: { draft: LabelDraft; listHref: string }) {
  const router = useRouter();
  const toast = useToast();
  const [kind, setKind] = useState(draft.kind);
  const [query, setQuery] = useState(draft.query);
  const [deleting, setDeleting] = useState(false);
  const [state, send] = useActionState(async (before: ActionState, form: FormData): Promise<ActionState> => {
    const answer = await saveLabel(before, form);
    if (answer.ok) toast("Saved.", { href: "/activities", label: "Activity" });
    return answer;
  }, untouched);
  const isNew = draft.id === null;
  const inUse = draft.policies.length > 0 ? `The policy “${draft.policies[0]}” uses this label. Take it off there first.` : undefined;

  return (
    <>
      <form action={send} onReset={(event) => event.preventDefault()}>
        <input type="hidden" name="labelId" value={draft.id ?? ""} />
        <input type="hidden" name="teamId" value={draft.teamId ?? ""} />
        {!isNew && <input type="hidden" name="kind" value={draft.kind} />}
        <Field name="name" label="Name" defaultValue={draft.name} required maxLength={255} error={state.fields.name} placeholder="Design studio" />
        <Field
          name="description"
          label="Description"
          defaultValue={draft.description}
          maxLength={1000}
          error={state.fields.description}
          placeholder="Macs in the studio on the second floor"
        />
        {isNew && (
          <fieldset className="pol-set">
            <legend>Which hosts</legend>
            <div className="pol-ticks">
              <label>
                <input type="radio" name="kind" value="dynamic" checked={kind === "dynamic"} onChange={() => setKind("dynamic")} />
                Those that answer a query
              </label>
              <label>
                <input type="radio" name="kind" value="manual" checked={kind === "manual"} onChange={() => setKind("manual")} />
                Those I name
              </label>
            </div>
          </fieldset>
        )}
        {kind === "dynamic" && isNew && (
          <>
            <div className="field">
              <span className="lab">Query</span>
              <SqlEditor name="query" value={query} invalid={Boolean(state.fields.query)} describedBy="label-query-help" onChange={setQuery} />
              <p className={state.fields.query ? "err" : "sm muted"} id="label-query-help" style={{ marginTop: 4 }}>
                {state.fields.query ? (
                  <>
                    <Icon name="warn" />
                    {state.fields.query}.
                  </>
                ) : (
                  "A host is in the label when the query returns a row. It can’t be changed later."
                )}
              </p>
            </div>
            <SelectField name="platform" label="Platform" defaultValue={draft.platform} error={state.fields.platform} style={{ maxWidth: 260 }}>
              {platforms.map(([value, word]) => (
                <option key={value} value={value}>
                  {word}
                </option>
              ))}
            </SelectField>
          </>
        )}
        {kind === "dynamic" && !isNew && (
          <>
            <div className="field">
              <span className="lab">Query</span>
              <pre className="sql">{draft.query}</pre>
              <p className="sm muted" style={{ marginTop: 4 }}>
                A label’s query is fixed. To ask another question, make another label.
              </p>
            </div>
            <CheckField
              name="enabled"
              label="Ask hosts"
              defaultChecked={draft.enabled}
              help="While this is off, no host is asked and none is in the label."
              error={state.fields.label ?? state.fields.enabled}
            />
          </>
        )}
        {kind === "manual" && (
          <TextField
            name="hosts"
            label="Hosts"
            defaultValue={draft.hosts}
            rows={8}
            error={state.fields.hosts}
            help="One a line: name, serial, hardware UUID or id."
            placeholder={"mbp-tkowalczyk-03\nC02T0000000A"}
            style={{ fontFamily: "var(--mono)", fontSize: 13, height: "auto", padding: "6px 10px" }}
          />
        )}
        <FormMessage state={state.ok ? null : state} />
        <div className="pol-acts">
          <SubmitButton sending="Saving…">{isNew ? "Add label" : "Save"}</SubmitButton>
          <Button kind="quiet" onClick={() => router.push(listHref)}>
            Cancel
          </Button>
          {!isNew && (
            <Button kind="plain" style={{ marginLeft: "auto" }} reason={inUse} onClick={() => setDeleting(true)}>
              Delete label
            </Button>
          )}
        </div>
        {inUse && <p className="sm muted">{inUse}</p>}
      </form>
      {deleting && draft.id !== null && <DeleteLabel labelId={draft.id} name={draft.name} onClose={() => setDeleting(false)} listHref={listHref} />}
    </>
  );
}

function DeleteLabel({ labelId, name, onClose, listHref }: { labelId: number; name: string; onClose: () => void; listHref: string }) {
  const router = useRouter();
  const toast = useToast();
  const [problem, setProblem] = useState("");
  const [busy, start] = useTransition();
  const send = () =>
    start(async () => {
      const answer = await removeLabel({ labelId });
      if (!answer.ok) return setProblem(answer.message);
      toast(`Deleted “${name}”.`, { href: "/activities", label: "Activity" });
      router.push(listHref);
    });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Delete “${name}”?`}
      description="No policy uses it, so nobody’s access changes. Its hosts stay. Its history stays in Activity."
      foot={
        <>
          <Button onClick={onClose}>Keep</Button>
          <Button kind="danger" pending={busy && "Deleting…"} onClick={send}>
            Delete label
          </Button>
        </>
      }
    >
      {problem && <FormMessage state={{ ok: false, message: problem }} />}
    </Dialog>
  );
}
