"use client";
import { useActionState, useState, type ReactNode } from "react";
import { Field } from "@/app/_components/field";
import { FormMessage } from "@/app/_components/notice";
import { SubmitButton } from "@/app/_components/submit-button";
import { publicAddressProblem } from "@/lib/auth/public-address";
import { finishFirstRun } from "./actions";

/** The three steps as one form: it works without script, keeps what was typed, and says what is missing beside each field. */
export function SetupSteps({ token, address }: { token: string; address: string }) {
  const [state, send] = useActionState(finishFirstRun, null);
  const typed = state?.typed;
  const [url, setUrl] = useState(address);
  const problem = url ? publicAddressProblem(url) : null;
  const error = (name: string) => state?.fields[name];
  return (
    <form action={send} className="stages" noValidate>
      {token && !error("token") ? (
        <input type="hidden" name="token" value={token} />
      ) : (
        <div className="stage">
          <Field
            name="token"
            label="Setup token"
            defaultValue={typed?.token ?? token}
            autoComplete="off"
            spellCheck={false}
            error={error("token")}
            help="The server printed it when it started, in the line that begins with “Set it up”."
          />
        </div>
      )}
      <Stage number={1} title="Organisation">
        <Field
          name="organisationName"
          label="Name"
          defaultValue={typed?.organisationName}
          placeholder="Aldergate Research"
          autoComplete="organization"
          error={error("organisationName")}
          help="People who are locked out see it on their page."
        />
      </Stage>
      <Stage number={2} title="Public address">
        <Field
          name="publicUrl"
          label="Address"
          type="url"
          value={url}
          onChange={(event) => setUrl(event.target.value)}
          placeholder="https://flotilla.example.com"
          error={error("publicUrl")}
          help={problem ?? "Good: https, and a name that others can reach. Agents and Microsoft use it."}
        />
      </Stage>
      <Stage number={3} title="First admin">
        <Field name="name" label="Your name" defaultValue={typed?.name} autoComplete="name" error={error("name")} />
        <Field name="email" label="Email" type="email" defaultValue={typed?.email} autoComplete="username" error={error("email")} />
        <Field
          name="password"
          label="Password"
          type="password"
          autoComplete="new-password"
          error={error("password")}
          help="At least 12 characters, with a number and a symbol."
        />
        <Field name="repeated" label="Password again" type="password" autoComplete="new-password" error={error("repeated")} />
      </Stage>
      <FormMessage state={state} />
      <SubmitButton big wide sending="Setting up…">
        Set up and sign in
      </SubmitButton>
    </form>
  );
}

function Stage({ number, title, children }: { number: number; title: string; children: ReactNode }) {
  return (
    <section className="stage">
      <fieldset>
        <legend>
          <i aria-hidden="true">{number}</i>
          {title}
        </legend>
        {children}
      </fieldset>
    </section>
  );
}
