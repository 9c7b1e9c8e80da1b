"use client";
import { useState } from "react";
import { Button } from "@/app/_components/button";
import { Dialog } from "@/app/_components/dialog";
import { Field } from "@/app/_components/field";
import { FormMessage } from "@/app/_components/notice";
import { useBusy } from "@/app/_components/use-busy";
import type { Retention } from "@/lib/retention/retention";
import { previewPeriods, savePeriods } from "./actions";
import { periodFields } from "./retention-words";

type Preview = NonNullable<Awaited<ReturnType<typeof previewPeriods>>["data"]>;

const usual: Retention = { transitionDays: 0, reportDays: 90, repeatDays: 7, activityDays: 0, signInDays: 90, hostDays: 0 };

/** How long each kind is kept. What becomes shorter is asked about first, with what would go. */
export function RetentionForm({ retention }: { retention: Retention }) {
  const [form, setForm] = useState(asText(retention));
  const [state, setState] = useState<{ ok: boolean; message: string; fields: Record<string, string> } | null>(null);
  const [preview, setPreview] = useState<Preview | null>(null);
  const [busy, run] = useBusy();
  const fields = state?.ok === false ? state.fields : {};

  const save = async () => {
    const answer = await savePeriods(form);
    setPreview(null);
    setState(answer);
    if (answer.ok) setForm(Object.fromEntries(Object.entries(form).map(([key, text]) => [key, String(Number(text))])) as Record<keyof Retention, string>);
  };
  const ask = () =>
    run(async () => {
      const answer = await previewPeriods(form);
      if (!answer.ok || !answer.data) return setState(answer);
      if (Object.values(answer.data.losses).every((rows) => rows === 0)) return save();
      setState(null);
      setPreview(answer.data);
    });
  return (
    <form
      className="cform"
      method="post"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) ask();
      }}
    >
      {periodFields.map(({ key, label, help }) => (
        <Field
          key={key}
          name={key}
          label={label}
          inputMode="numeric"
          maxLength={6}
          className="retention-days"
          placeholder={String(usual[key])}
          value={form[key]}
          onChange={(event) => {
            setForm({ ...form, [key]: event.target.value });
            setState(null);
          }}
          help={help}
          error={fields[key]}
        />
      ))}
      <FormMessage state={state && Object.keys(state.fields).length > 0 ? { ok: false, message: "Some periods need another value." } : state} />
      <p className="wacts">
        <Button type="submit" kind="primary" pending={busy && !preview && "Saving…"}>
          Save
        </Button>
      </p>
      <Dialog
        open={preview !== null}
        onOpenChange={(open) => !open && setPreview(null)}
        title="Keep less from the next night on?"
        impact={<p>They can’t be brought back. Until tonight, a longer period takes this back.</p>}
        foot={
          <>
            <Button kind="plain" onClick={() => setPreview(null)}>
              Keep as it was
            </Button>
            <Button kind="danger" pending={busy && "Saving…"} onClick={() => run(save)}>
              Save shorter periods
            </Button>
          </>
        }
      >
        {preview && (
          <>
            <p>From tonight on, these go:</p>
            <ul className="retention-losses">
              {periodFields
                .filter(({ key }) => preview.losses[key] > 0)
                .map(({ key, lost }) => (
                  <li key={key}>{lossWords(preview.losses[key], preview.most, lost)}</li>
                ))}
            </ul>
          </>
        )}
      </Dialog>
    </form>
  );
}

function asText(retention: Retention): Record<keyof Retention, string> {
  return Object.fromEntries(periodFields.map(({ key }) => [key, String(retention[key])])) as Record<keyof Retention, string>;
}

function lossWords(rows: number, most: number, [one, many]: [string, string]): string {
  if (rows >= most) return `${most.toLocaleString("en")} ${many} or more`;
  return rows === 1 ? `1 ${one}` : `${rows.toLocaleString("en")} ${many}`;
}
