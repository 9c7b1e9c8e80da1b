"use client";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Button } from "@/app/_components/button";
import { FormMessage } from "@/app/_components/notice";
import { useToast } from "@/app/_components/toast";
import { useBusy } from "@/app/_components/use-busy";
import { saveRoles } from "../actions";
import { RolesField, type ChosenRoles } from "./roles-field";

interface RolesFormProps {
  userId: number;
  held: ChosenRoles;
  teams: { id: number; name: string }[];
  mayGlobal: boolean;
  apiOnly: boolean;
  self: boolean;
}

/** Changes what a user may do. The change counts at once and ends their sessions. */
export function RolesForm({ userId, held, teams, mayGlobal, apiOnly, self }: RolesFormProps) {
  const router = useRouter();
  const toast = useToast();
  const [roles, setRoles] = useState(held);
  const [answer, setAnswer] = useState<Awaited<ReturnType<typeof saveRoles>> | null>(null);
  const [busy, run] = useBusy();
  const changed = shape(roles) !== shape(held);
  const holdsGitops = held.globalRole === "gitops" || held.teamRoles.some(({ role }) => role === "gitops");
  const fieldProblem = answer?.ok === false ? Object.entries(answer.fields).find(([field]) => /^(global_role|teams|roles)/.test(field))?.[1] : undefined;
  const send = () =>
    run(async () => {
      const next = await saveRoles({ userId, roles });
      setAnswer(next);
      if (!next.ok) return;
      toast("Roles saved.");
      // Without a role on their teams, an admin of teams no longer sees the user.
      if (!mayGlobal && next.data?.holdsRoles === false) router.push("/users");
    });
  return (
    <form
      className="usr-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) send();
      }}
    >
      <RolesField
        value={roles}
        onChange={(next) => {
          setRoles(next);
          setAnswer(null);
        }}
        teams={teams}
        mayGlobal={mayGlobal}
        withGitops={apiOnly || holdsGitops}
        mayNone
        titled
        error={fieldProblem}
      />
      <FormMessage state={answer?.ok === false && !fieldProblem ? answer : null} />
      <div className="usr-acts">
        <Button type="submit" pending={busy && "Saving…"} reason={changed ? undefined : "Nothing is changed yet."}>
          Save roles
        </Button>
        {changed && (
          <span className="sm muted">
            {self ? "Counts at once and signs you out." : apiOnly ? "Counts from the next call on." : "Counts at once and signs them out."}
            {roles.globalRole && !held.globalRole ? " Their API tokens are revoked: a role on everything needs new ones." : ""}
          </span>
        )}
      </div>
    </form>
  );
}

function shape({ globalRole, teamRoles }: ChosenRoles): string {
  return JSON.stringify([globalRole ?? null, teamRoles.map(({ teamId, role }) => `${teamId} ${role}`).toSorted()]);
}
