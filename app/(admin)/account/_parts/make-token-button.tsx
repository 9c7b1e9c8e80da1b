"use client";
import { useState } from "react";
import { Button } from "@/app/_components/button";
import { Dialog } from "@/app/_components/dialog";
import { Field, SelectField } from "@/app/_components/field";
import { FormMessage, Notice } from "@/app/_components/notice";
import { useBusy } from "@/app/_components/use-busy";
import { makeToken } from "../actions";
import { CopyToken } from "./copy-token";
import { RoutePicker, type PickableRoute } from "./route-picker";

type Answer = Awaited<ReturnType<typeof makeToken>>;

const blank = { name: "", expiry: "90", narrow: false, chosen: [] as number[] };

/** Asks what a new token is for, makes it, and shows it once. `userName`: the user it acts as, when that is another. */
export function MakeTokenButton({ userId, routes, userName }: { userId: number; routes: PickableRoute[]; userName?: string }) {
  const [open, setOpen] = useState(false);
  const [form, setForm] = useState(blank);
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [warned, setWarned] = useState(false);
  const [busy, run] = useBusy();
  const made = answer?.ok ? answer.data : undefined;
  const fields = answer?.fields ?? {};
  const routeProblem = Object.entries(fields).find(([field]) => field.startsWith("api_endpoints"))?.[1];
  const send = () =>
    run(async () => {
      setAnswer(await makeToken({ userId, name: form.name, expiry: form.expiry, api_endpoints: form.narrow ? form.chosen : null }));
    });
  // What was made is told once: closing forgets it.
  const close = () => {
    setOpen(false);
    setForm(blank);
    setAnswer(null);
    setWarned(false);
  };
  // A stray press beside the dialog mustn't lose a token that nobody can show again.
  const leave = () => (made && !warned ? setWarned(true) : close());
  return (
    <>
      <Button icon="plus" onClick={() => setOpen(true)}>
        Make a token
      </Button>
      <Dialog
        open={open}
        onOpenChange={(next) => (next ? setOpen(true) : leave())}
        size="choice"
        title={made ? `Copy “${made.name}” now` : userName ? `Make an API token for ${userName}` : "Make an API token"}
        description={made ? "This is the only time that we can show it: we keep no copy." : undefined}
        impact={
          warned ? (
            <FormMessage
              state={{ ok: false, message: "Copy the token first: once this is closed, nobody can show it again. Close again to leave without it." }}
            />
          ) : answer && !answer.ok ? (
            <FormMessage state={answer} />
          ) : undefined
        }
        foot={
          made ? (
            <Button kind="primary" onClick={close}>
              I have copied it
            </Button>
          ) : (
            <>
              <Button onClick={close}>Cancel</Button>
              <Button kind="primary" type="submit" form="make-token" pending={busy && "Making…"}>
                Make token
              </Button>
            </>
          )
        }
      >
        {made ? (
          <CopyToken token={made.token} />
        ) : (
          <form
            id="make-token"
            className="acct-form acct-token"
            onSubmit={(event) => {
              event.preventDefault();
              if (!busy) send();
            }}
          >
            <Field
              name="name"
              id="token-name"
              label="What it is for"
              placeholder="Nightly report"
              maxLength={100}
              required
              autoComplete="off"
              value={form.name}
              onChange={(event) => setForm({ ...form, name: event.target.value })}
              error={fields.name}
            />
            <SelectField
              name="expiry"
              id="token-expiry"
              label="Expires"
              value={form.expiry}
              onChange={(event) => setForm({ ...form, expiry: event.target.value })}
              error={fields.expiry ?? fields.expires_at}
            >
              <option value="30">In 30 days</option>
              <option value="90">In 90 days</option>
              <option value="365">In a year</option>
              <option value="never">Never</option>
            </SelectField>
            {form.expiry === "never" && <Notice kind="unsure">Whoever finds a token that never expires can use it until somebody revokes it.</Notice>}
            <fieldset className="acct-reach">
              <legend className="lab">What it may call</legend>
              <label>
                <input type="radio" name="reach" checked={!form.narrow} onChange={() => setForm({ ...form, narrow: false })} />
                <span>Everything that {userName ? "its" : "your"} role allows</span>
              </label>
              <label>
                <input type="radio" name="reach" checked={form.narrow} onChange={() => setForm({ ...form, narrow: true })} />
                <span>Only some routes</span>
                <span className="sm muted">Safer: a lost token does less.</span>
              </label>
            </fieldset>
            {form.narrow && <RoutePicker routes={routes} chosen={form.chosen} onChange={(chosen) => setForm({ ...form, chosen })} error={routeProblem} />}
          </form>
        )}
      </Dialog>
    </>
  );
}
