"use client";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Button } from "@/app/_components/button";
import { CheckField, Field, SelectField } from "@/app/_components/field";
import { FormMessage, Notice } from "@/app/_components/notice";
import { useBusy } from "@/app/_components/use-busy";
import { CopyToken } from "../../account/_parts/copy-token";
import { RoutePicker, type PickableRoute } from "../../account/_parts/route-picker";
import { addUser } from "../actions";
import { PasswordField } from "./password-field";
import { RolesField, type ChosenRoles } from "./roles-field";

type Kind = "sso" | "password" | "api";
type Answer = Awaited<ReturnType<typeof addUser>>;

const kinds: { value: Kind; label: string; note: string }[] = [
  {
    value: "sso",
    label: "A person, by single sign-on",
    note: "They sign in with the organisation’s account, found by their mail address the first time. No password here.",
  },
  {
    value: "password",
    label: "A person, with a password",
    note: "For those without an account in the directory, and for the admin who must get in when single sign-on fails.",
  },
  { value: "api", label: "A program, by API token", note: "Never signs in to these pages. You get its token once." },
];

interface AddUserFormProps {
  startsWith: Kind;
  teams: { id: number; name: string }[];
  mayGlobal: boolean;
  mayInvite: boolean;
  routes: PickableRoute[];
}

/** Asks for what each kind of user needs, and makes one. A program's token is shown in place of the form. */
export function AddUserForm({ startsWith, teams, mayGlobal, mayInvite, routes }: AddUserFormProps) {
  const router = useRouter();
  const [kind, setKind] = useState<Kind>(startsWith);
  const [form, setForm] = useState({ name: "", email: "", password: "", mustResetPassword: true, expiry: "90", narrow: false });
  const [chosen, setChosen] = useState<number[]>([]);
  const [roles, setRoles] = useState<ChosenRoles>(mayGlobal ? { globalRole: "observer", teamRoles: [] } : { teamRoles: [] });
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [busy, run] = useBusy();
  const fields = answer?.ok === false ? answer.fields : {};
  const fieldNamed = (start: string) => Object.entries(fields).find(([field]) => field.startsWith(start))?.[1];
  const noTeam = roles.teamRoles.length === 0 && !roles.globalRole;
  const send = () =>
    run(async () => {
      const { narrow, expiry, ...rest } = form;
      setAnswer(await addUser({ kind, ...rest, expiry, api_endpoints: kind === "api" && narrow ? chosen : null, roles }));
    });
  const changeKind = (next: Kind) => {
    setKind(next);
    setAnswer(null);
    // GitOps is for programs alone.
    if (next === "api") return;
    setRoles({
      ...roles,
      ...(roles.globalRole === "gitops" && { globalRole: "observer" }),
      teamRoles: roles.teamRoles.filter(({ role }) => role !== "gitops"),
    });
  };
  if (answer?.ok && answer.data?.token) return <MadeToken {...answer.data} />;
  return (
    <form
      className="usr-form"
      method="post"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) send();
      }}
    >
      <fieldset className="usr-kinds">
        <legend className="lab">Who is it</legend>
        {kinds.map(({ value, label, note }) => (
          <label key={value}>
            <input type="radio" name="kind" checked={kind === value} onChange={() => changeKind(value)} />
            <span>{label}</span>
            <span className="sm muted">{note}</span>
          </label>
        ))}
      </fieldset>
      <Field
        name="name"
        label="Name"
        placeholder={kind === "api" ? "Nightly report" : "Ines Marques"}
        maxLength={255}
        required
        autoComplete="off"
        value={form.name}
        onChange={(event) => setForm({ ...form, name: event.target.value })}
        error={fields.name}
      />
      {kind !== "api" && (
        <Field
          name="email"
          type="email"
          label="Mail address"
          placeholder="ines@example.com"
          maxLength={254}
          required
          autoComplete="off"
          value={form.email}
          onChange={(event) => setForm({ ...form, email: event.target.value })}
          help={kind === "sso" ? "Exactly as the directory sends it." : undefined}
          error={fields.email}
        />
      )}
      {kind === "password" && (
        <>
          <PasswordField id="new-user-password" value={form.password} onChange={(password) => setForm({ ...form, password })} error={fields.password} />
          <CheckField
            name="mustResetPassword"
            label="Has to choose another one at the first sign-in"
            checked={form.mustResetPassword}
            onChange={(event) => setForm({ ...form, mustResetPassword: event.target.checked })}
          />
          {mayInvite && (
            <p className="sm muted">
              You needn’t know their password: <Link href="/users/invites">invite them by mail</Link> instead.
            </p>
          )}
        </>
      )}
      <RolesField
        value={roles}
        onChange={setRoles}
        teams={teams}
        mayGlobal={mayGlobal}
        withGitops={kind === "api"}
        error={fieldNamed("global_role") ?? fieldNamed("teams")}
      />
      {kind === "api" && (
        <>
          <SelectField
            name="expiry"
            label="The token expires"
            value={form.expiry}
            onChange={(event) => setForm({ ...form, expiry: event.target.value })}
            error={fields.expires_at}
          >
            <option value="30">In 30 days</option>
            <option value="90">In 90 days</option>
            <option value="365">In a year</option>
            <option value="never">Never</option>
          </SelectField>
          <fieldset className="acct-reach">
            <legend className="lab">What it may call</legend>
            <label>
              <input type="radio" name="reach" checked={!form.narrow} onChange={() => setForm({ ...form, narrow: false })} />
              <span>Everything that its role allows</span>
            </label>
            <label>
              <input type="radio" name="reach" checked={form.narrow} onChange={() => setForm({ ...form, narrow: true })} />
              <span>Only some routes</span>
              <span className="sm muted">Never more than its role. A lost token does less.</span>
            </label>
          </fieldset>
          {form.narrow && <RoutePicker routes={routes} chosen={chosen} onChange={setChosen} error={fieldNamed("api_endpoints")} />}
        </>
      )}
      <FormMessage state={answer?.ok === false ? answer : null} />
      <div className="usr-acts">
        <Button kind="primary" type="submit" pending={busy && "Adding…"} reason={noTeam ? "Choose a role on at least one team." : undefined}>
          {kind === "api" ? "Add and show the token" : "Add user"}
        </Button>
        <Button kind="quiet" onClick={() => router.push("/users")}>
          Cancel
        </Button>
        {noTeam && <span className="sm muted">Choose a role on at least one team.</span>}
      </div>
    </form>
  );
}

function MadeToken({ userId, name, token }: { userId: number; name: string; token: string }) {
  return (
    <section className="usr-made" aria-labelledby="made">
      <h2 className="h2" id="made" tabIndex={-1} ref={(heading) => heading?.focus()}>
        “{name}” was added
      </h2>
      <Notice kind="unsure">Copy the token now. We keep no copy, so it can’t be shown again; you can make another one later.</Notice>
      <CopyToken token={token} />
      <div className="usr-acts">
        <Link className="btn primary" href={`/users/${userId}`}>
          I have copied it
        </Link>
      </div>
    </section>
  );
}
