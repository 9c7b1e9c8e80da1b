"use client";
import { useState } from "react";
import { Button } from "@/app/_components/button";
import { CheckField, Field, SelectField } from "@/app/_components/field";
import { FormMessage } from "@/app/_components/notice";
import { useBusy } from "@/app/_components/use-busy";
import type { MailSecurity, MailSettings } from "@/lib/auth/mail/mail-settings";
import { saveMail, sendTest } from "./actions";

const usualPorts: Record<MailSecurity, string> = { tls: "465", starttls: "587", none: "25" };

interface MailFormProps {
  settings: Omit<MailSettings, "updatedAt">;
  /** Where the test mail goes. */
  me: string;
}

/** How mail is sent. What was typed stays after a refusal; the stored password is never sent to the browser. */
export function MailForm({ settings, me }: MailFormProps) {
  const stored = {
    enabled: settings.enabled,
    host: settings.host,
    port: String(settings.port),
    security: settings.security,
    userName: settings.userName,
    password: "",
    fromAddress: settings.fromAddress,
  };
  const [form, setForm] = useState(stored);
  const [state, setState] = useState<Awaited<ReturnType<typeof saveMail>> | null>(null);
  const [busy, run] = useBusy();
  const set = (change: Partial<typeof form>) => {
    setForm({ ...form, ...change });
    setState(null);
  };
  const changed = JSON.stringify(form) !== JSON.stringify(stored);
  const fields = state?.ok === false ? state.fields : {};
  const save = () =>
    run(async () => {
      const { password, ...rest } = form;
      const answer = await saveMail({ ...rest, ...(password !== "" && { password }) });
      setState(answer);
      if (answer.ok)
        setForm((now) => ({
          ...now,
          host: now.host.trim().toLowerCase(),
          userName: now.userName.trim(),
          fromAddress: now.fromAddress.trim().toLowerCase(),
          password: "",
        }));
    });
  return (
    <>
      <form
        className="cform"
        method="post"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) save();
        }}
      >
        <CheckField
          name="enabled"
          label="Send mail"
          checked={form.enabled}
          onChange={(event) => set({ enabled: event.target.checked })}
          help="Invites and links for forgotten passwords. Nothing else is mailed."
        />
        <div className="mail-server">
          <Field
            name="host"
            label="Server"
            placeholder="smtp.example.com"
            spellCheck={false}
            value={form.host}
            onChange={(event) => set({ host: event.target.value })}
            error={fields.host}
          />
          <Field
            name="port"
            label="Port"
            inputMode="numeric"
            maxLength={5}
            value={form.port}
            onChange={(event) => set({ port: event.target.value })}
            error={fields.port}
          />
        </div>
        <SelectField
          name="security"
          label="Encryption"
          value={form.security}
          onChange={(event) => {
            const security = event.target.value as MailSecurity;
            set({ security, ...(form.port === usualPorts[form.security] && { port: usualPorts[security] }) });
          }}
          help={
            form.security === "none"
              ? "Whoever is on the way can read the links. Only for a relay on this computer or in a network you trust."
              : "The server’s certificate is always checked."
          }
          error={fields.security}
        >
          <option value="starttls">STARTTLS, usually port 587</option>
          <option value="tls">TLS from the start, usually port 465</option>
          <option value="none">None</option>
        </SelectField>
        <Field
          name="userName"
          label="User name"
          autoComplete="off"
          spellCheck={false}
          value={form.userName}
          onChange={(event) => set({ userName: event.target.value })}
          help="Empty: the server lets us in without one."
          error={fields.userName}
        />
        {form.userName.trim() !== "" && (
          <Field
            name="password"
            label="Password"
            type="password"
            autoComplete="new-password"
            value={form.password}
            onChange={(event) => set({ password: event.target.value })}
            placeholder={settings.hasPassword ? "Stored" : undefined}
            help={
              settings.hasPassword ? "Empty: the stored one stays. Another server or user name needs it again." : "Stored encrypted, and shown to nobody again."
            }
            error={fields.password}
          />
        )}
        <Field
          name="fromAddress"
          label="Sender"
          type="email"
          placeholder="flotilla@example.com"
          autoComplete="off"
          value={form.fromAddress}
          onChange={(event) => set({ fromAddress: event.target.value })}
          help="The address that mail comes from. The server must let us use it."
          error={fields.fromAddress}
        />
        <FormMessage state={state && Object.keys(state.fields).length > 0 ? { ok: false, message: "Some fields need another value." } : state} />
        <p className="wacts">
          <Button type="submit" kind="primary" pending={busy && "Saving…"}>
            Save
          </Button>
        </p>
      </form>
      <TestMail me={me} reason={changed ? "Save first: the test uses what is stored." : settings.host === "" ? "Save a server first." : undefined} />
    </>
  );
}

function TestMail({ me, reason }: { me: string; reason?: string }) {
  const [answer, setAnswer] = useState<Awaited<ReturnType<typeof sendTest>> | null>(null);
  const [busy, run] = useBusy();
  return (
    <section className="mail-test" aria-labelledby="mail-test">
      <h2 className="h2" id="mail-test">
        Try it
      </h2>
      <p className="muted">Sends a mail to {me} and shows what the server says, also while mail is off.</p>
      <p className="wacts">
        <Button pending={busy && "Sending…"} reason={reason} onClick={() => run(async () => setAnswer(await sendTest({})))}>
          Send a test mail to me
        </Button>
        {reason && <span className="sm muted">{reason}</span>}
      </p>
      <FormMessage state={answer?.ok ? { ok: true, message: `The server took it for ${answer.data?.to}: ${answer.data?.answer}` } : answer} />
    </section>
  );
}
