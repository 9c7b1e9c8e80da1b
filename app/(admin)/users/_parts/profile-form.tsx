"use client";
import { useState } from "react";
import { Button } from "@/app/_components/button";
import { Field } from "@/app/_components/field";
import { FormMessage } from "@/app/_components/notice";
import { useToast } from "@/app/_components/toast";
import { useBusy } from "@/app/_components/use-busy";
import { saveProfile } from "../actions";

/** A user's name and mail address. Without `email` the user is API-only, whose address nobody reads. */
export function ProfileForm({ userId, name, email }: { userId: number; name: string; email?: string }) {
  const toast = useToast();
  const [form, setForm] = useState({ name, email: email ?? "" });
  const [answer, setAnswer] = useState<Awaited<ReturnType<typeof saveProfile>> | null>(null);
  const [busy, run] = useBusy();
  const fields = answer?.ok === false ? answer.fields : {};
  const send = () =>
    run(async () => {
      const next = await saveProfile({ userId, name: form.name, ...(email !== undefined && { email: form.email }) });
      setAnswer(next);
      if (next.ok) toast("Saved.");
    });
  return (
    <form
      className="usr-form"
      method="post"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) send();
      }}
    >
      <Field
        name="name"
        label="Name"
        maxLength={255}
        required
        autoComplete="off"
        value={form.name}
        onChange={(event) => setForm({ ...form, name: event.target.value })}
        error={fields.name}
      />
      {email !== undefined && (
        <Field
          name="email"
          type="email"
          label="Mail address"
          maxLength={254}
          required
          autoComplete="off"
          value={form.email}
          onChange={(event) => setForm({ ...form, email: event.target.value })}
          error={fields.email}
        />
      )}
      <FormMessage state={answer?.ok === false ? answer : null} />
      <div className="usr-acts">
        <Button type="submit" pending={busy && "Saving…"}>
          Save
        </Button>
      </div>
    </form>
  );
}
