"use client";
import { useRouter } from "next/navigation";
import { useActionState, useEffect, useState } from "react";
import { Button } from "@/app/_components/button";
import { CheckField, Field, TextField } from "@/app/_components/field";
import { Icon } from "@/app/_components/icon";
import { FormMessage } from "@/app/_components/notice";
import { SubmitButton } from "@/app/_components/submit-button";
import { useToast } from "@/app/_components/toast";
import type { ActionState } from "@/lib/auth/admin-action";
import { savePolicy } from "../actions";
import { DeleteDialog } from "./delete-dialog";
import { LabelChoice } from "./label-choice";
import { SqlEditor } from "./sql-editor";

const untouched: ActionState = { ok: false, message: "", fields: {} };

/** What the form starts from; `id` null makes a new policy. */
export interface PolicyDraft {
  id: number | null;
  teamId: number | null;
  name: string;
  query: string;
  description: string;
  resolution: string;
  platforms: string[];
  critical: boolean;
  gated: boolean;
  labels: { name: string; scope: string }[];
  hostsInScope: number;
}

const platforms = [
  ["darwin", "macOS"],
  ["windows", "Windows"],
  ["linux", "Linux"],
  ["chrome", "ChromeOS"],
] as const;

/** Makes or changes a policy. What asks a new question says so before it is saved. */
export function PolicyForm({ draft, labels, listHref }: { draft: PolicyDraft; labels: string[]; listHref: string }) {
  const router = useRouter();
  const toast = useToast();
  const [dirty, setDirty] = useState(false);
  const [state, send] = useActionState(async (before: ActionState, form: FormData): Promise<ActionState> => {
    const answer = await savePolicy(before, form);
    if (answer.ok) {
      setDirty(false);
      toast("Saved.", { href: "/activities", label: "Activity" });
    }
    return answer;
  }, untouched);
  const [query, setQuery] = useState(draft.query);
  const [chosen, setChosen] = useState(draft.platforms);
  const [gated, setGated] = useState(draft.gated);
  const [labelsChanged, setLabelsChanged] = useState(false);
  const [deleting, setDeleting] = useState(false);

  const newQuestion =
    draft.id !== null && (query.trim() !== draft.query.trim() || [...chosen].toSorted().join() !== [...draft.platforms].toSorted().join() || labelsChanged);
  const cantGate = chosen.length > 0 && !chosen.includes("darwin");

  // Leaving with unsaved changes asks first.
  useEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [dirty]);

  const error = (field: string) => state.fields[field];
  return (
    <>
      <form
        action={send}
        // React empties a form after its action; what was typed stays when something was wrong with it.
        onReset={(event) => event.preventDefault()}
        onChange={() => setDirty(true)}
      >
        <input type="hidden" name="policyId" value={draft.id ?? ""} />
        <input type="hidden" name="teamId" value={draft.teamId ?? ""} />
        <Field name="name" label="Name" defaultValue={draft.name} required maxLength={255} error={error("name")} placeholder="Firewall is on" />
        <div className="field">
          <span className="lab">Query</span>
          <SqlEditor
            name="query"
            value={query}
            invalid={Boolean(error("query"))}
            describedBy="query-help"
            onChange={(text) => {
              setQuery(text);
              setDirty(true);
            }}
          />
          <p className={error("query") ? "err" : "sm muted"} id="query-help" style={{ marginTop: 4 }}>
            {error("query") ? (
              <>
                <Icon name="warn" />
                {error("query")}
              </>
            ) : (
              "A host passes when the query returns a row, and fails when it returns none."
            )}
          </p>
        </div>
        <TextField
          name="description"
          label="What it checks"
          defaultValue={draft.description}
          error={error("description")}
          rows={2}
          placeholder="Why this matters, in a sentence. The person reads it too."
        />
        <TextField
          name="resolution"
          label="How to fix it"
          defaultValue={draft.resolution}
          error={error("resolution")}
          rows={4}
          help="The person who is blocked reads this on their own page. One step a line works best."
          placeholder="Open System Settings, Network, Firewall, and turn it on."
        />
        <fieldset className="pol-set">
          <legend>Platforms</legend>
          <div className="pol-ticks">
            {platforms.map(([value, word]) => (
              <label key={value}>
                <input
                  type="checkbox"
                  name="platforms[]"
                  value={value}
                  checked={chosen.includes(value)}
                  onChange={() => setChosen(chosen.includes(value) ? chosen.filter((other) => other !== value) : [...chosen, value])}
                />
                {word}
              </label>
            ))}
          </div>
          <p className={error("platform") ? "err" : "sm muted"} style={{ marginTop: 4 }}>
            {error("platform") ?? (chosen.length === 0 ? "None is ticked: every platform is asked." : "Only these are asked.")}
          </p>
        </fieldset>
        <LabelChoice
          labels={labels}
          current={draft.labels}
          problem={error("labels_include_any") ?? error("labels_include_all") ?? error("labels_exclude_any") ?? error("labels_exclude_all")}
          onChange={() => {
            setLabelsChanged(true);
            setDirty(true);
          }}
        />
        <fieldset className="pol-set" style={{ display: "grid", gap: 12 }}>
          <legend>What follows from it</legend>
          <CheckField
            name="gated"
            label="Gates access"
            checked={gated}
            onChange={(event) => setGated(event.target.checked)}
            help={
              cantGate
                ? "This policy asks no Mac, so it won’t keep anybody out."
                : "Whoever fails it is kept out of Entra, in teams where gating is on. Gate access in the list shows who that would be."
            }
          />
          <CheckField name="critical" label="Critical" defaultChecked={draft.critical} help="Marked in lists, and never skipped by the person." />
        </fieldset>
        {newQuestion && (
          <output className="note unsure">
            <Icon name="warn" />
            <span>
              <b>This asks a new question.</b> Saving asks {draft.hostsInScope.toLocaleString("en")} {draft.hostsInScope === 1 ? "host" : "hosts"} again; until
              they answer, the last verdict stays.
            </span>
          </output>
        )}
        <FormMessage state={state.ok ? null : state} />
        <div className="pol-acts">
          <SubmitButton sending="Saving…">{draft.id === null ? "Add policy" : "Save"}</SubmitButton>
          <Button kind="quiet" onClick={() => router.push(listHref)}>
            Cancel
          </Button>
          {draft.id !== null && (
            <Button kind="plain" style={{ marginLeft: "auto" }} onClick={() => setDeleting(true)}>
              Delete policy
            </Button>
          )}
        </div>
      </form>
      {deleting && draft.id !== null && (
        <DeleteDialog
          policies={[{ id: draft.id, name: draft.name }]}
          onClose={() => setDeleting(false)}
          onDeleted={() => {
            setDirty(false);
            router.push(listHref);
          }}
        />
      )}
    </>
  );
}
