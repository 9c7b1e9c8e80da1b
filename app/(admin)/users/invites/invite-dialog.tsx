"use client";
import { useState } from "react";
import { Button } from "@/app/_components/button";
import { Dialog } from "@/app/_components/dialog";
import { Field } from "@/app/_components/field";
import { FormMessage } from "@/app/_components/notice";
import { useToast } from "@/app/_components/toast";
import { useBusy } from "@/app/_components/use-busy";
import { RolesField, type ChosenRoles } from "../_parts/roles-field";
import { sendInvite } from "./actions";

interface InviteDialogProps {
  teams: { id: number; name: string }[];
  /** Whether people can sign in by single sign-on here. */
  sso: boolean;
  /** Why nobody can be invited now. */
  reason?: string;
}

const blank = { name: "", email: "" };
const firstRoles: ChosenRoles = { globalRole: "observer", teamRoles: [] };

/** Asks whom to invite to what, and sends the mail. */
export function InviteDialog({ teams, sso, reason }: InviteDialogProps) {
  const toast = useToast();
  const [open, setOpen] = useState(false);
  const [form, setForm] = useState(blank);
  const [ssoEnabled, setSsoEnabled] = useState(sso);
  const [roles, setRoles] = useState(firstRoles);
  const [answer, setAnswer] = useState<Awaited<ReturnType<typeof sendInvite>> | null>(null);
  const [busy, run] = useBusy();
  const fields = answer?.ok === false ? answer.fields : {};
  const noRole = !roles.globalRole && roles.teamRoles.length === 0;
  const begin = () => {
    setForm(blank);
    setRoles(firstRoles);
    setAnswer(null);
    setOpen(true);
  };
  const send = () =>
    run(async () => {
      const state = await sendInvite({ ...form, ssoEnabled, roles });
      setAnswer(state);
      if (!state.ok) return;
      setOpen(false);
      toast(`The invite to ${state.data?.email} is on its way.`);
    });
  const rolesError = Object.entries(fields).find(([field]) => /^(global_role|teams|roles)/.test(field))?.[1];
  return (
    <>
      <Button kind="primary" icon="plus" reason={reason} onClick={begin}>
        Invite
      </Button>
      <Dialog
        open={open}
        onOpenChange={setOpen}
        size="choice"
        title="Invite somebody"
        description="They get a mail with a link that works once, for seven days."
        foot={
          <>
            <Button kind="quiet" onClick={() => setOpen(false)}>
              Cancel
            </Button>
            <Button kind="primary" form="invite-form" type="submit" pending={busy && "Sending…"} reason={noRole ? "Choose a role." : undefined}>
              Send the invite
            </Button>
          </>
        }
      >
        <form
          id="invite-form"
          className="inv-form"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (!busy && !noRole) send();
          }}
        >
          <Field
            name="name"
            label="Name"
            maxLength={255}
            autoComplete="off"
            value={form.name}
            onChange={(event) => setForm({ ...form, name: event.target.value })}
            error={fields.name}
          />
          <Field
            name="email"
            label="Email"
            type="email"
            maxLength={254}
            autoComplete="off"
            value={form.email}
            onChange={(event) => setForm({ ...form, email: event.target.value })}
            error={fields.email}
          />
          <fieldset className="usr-kinds">
            <legend className="lab">How they sign in</legend>
            <label>
              <input type="radio" name="way" checked={!ssoEnabled} onChange={() => setSsoEnabled(false)} />
              <span>With a password they choose</span>
            </label>
            <label>
              <input type="radio" name="way" checked={ssoEnabled} onChange={() => setSsoEnabled(true)} />
              <span>By single sign-on</span>
              <span className="sm muted">
                {sso ? "With their work account; the mail address must be the one it has." : "It isn’t set up yet: they can’t sign in before it is."}
              </span>
            </label>
          </fieldset>
          <RolesField value={roles} onChange={setRoles} teams={teams} mayGlobal withGitops={false} error={rolesError} />
          <FormMessage state={answer?.ok === false && Object.keys(fields).length === 0 ? answer : null} />
        </form>
      </Dialog>
    </>
  );
}
