"use client";
import { useState } from "react";
import { Button } from "@/app/_components/button";
import { FormMessage } from "@/app/_components/notice";
import { useToast } from "@/app/_components/toast";
import { useBusy } from "@/app/_components/use-busy";
import { RoutePicker, type PickableRoute } from "../../account/_parts/route-picker";
import { saveRoutes } from "../actions";

/** Which routes an API-only user's tokens may call. `held` null: all that the role allows. */
export function RoutesForm({ userId, routes, held }: { userId: number; routes: PickableRoute[]; held: number[] | null }) {
  const toast = useToast();
  const [narrow, setNarrow] = useState(held !== null);
  const [chosen, setChosen] = useState(held ?? []);
  const [answer, setAnswer] = useState<Awaited<ReturnType<typeof saveRoutes>> | null>(null);
  const [busy, run] = useBusy();
  const changed = narrow !== (held !== null) || (narrow && chosen.toSorted().join() !== (held ?? []).toSorted().join());
  const problem = answer?.ok === false ? Object.entries(answer.fields).find(([field]) => field.startsWith("api_endpoints"))?.[1] : undefined;
  const send = () =>
    run(async () => {
      const next = await saveRoutes({ userId, api_endpoints: narrow ? chosen : null });
      setAnswer(next);
      if (next.ok) toast("Saved. It counts from the next call on.");
    });
  return (
    <form
      className="usr-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) send();
      }}
    >
      <fieldset className="acct-reach">
        <legend className="vh">What it may call</legend>
        <label>
          <input type="radio" name="reach" checked={!narrow} onChange={() => setNarrow(false)} />
          <span>Everything that its role allows</span>
        </label>
        <label>
          <input type="radio" name="reach" checked={narrow} onChange={() => setNarrow(true)} />
          <span>Only some routes</span>
          <span className="sm muted">All of its tokens together, and never more than its role.</span>
        </label>
      </fieldset>
      {narrow && <RoutePicker routes={routes} chosen={chosen} onChange={setChosen} error={problem} />}
      <FormMessage state={answer?.ok === false && !problem ? answer : null} />
      <div className="usr-acts">
        <Button type="submit" pending={busy && "Saving…"} reason={changed ? undefined : "Nothing is changed yet."}>
          Save routes
        </Button>
      </div>
    </form>
  );
}
