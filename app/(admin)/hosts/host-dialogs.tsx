"use client";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Button } from "@/app/_components/button";
import { Dialog } from "@/app/_components/dialog";
import { SelectField } from "@/app/_components/field";
import { FormMessage } from "@/app/_components/notice";
import { useToast } from "@/app/_components/toast";
import { useBusy } from "@/app/_components/use-busy";
import { moveHosts, removeHosts } from "./actions";

interface Subject {
  id: number;
  name: string;
}

interface HostsDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  hosts: Subject[];
  /** After it was done, with the dialog closed. */
  onDone: () => void;
}

const named = (hosts: Subject[]) => (hosts.length === 1 ? `“${hosts[0]?.name}”` : `${hosts.length} hosts`);

function useDeed({ onOpenChange, onDone }: Pick<HostsDialogProps, "onOpenChange" | "onDone">) {
  const [failure, setFailure] = useState<{ ok: boolean; message: string } | null>(null);
  const [working, start] = useBusy();
  const toast = useToast();
  const router = useRouter();
  const run = (deed: () => Promise<{ ok: boolean; message: string }>) =>
    start(async () => {
      const answer = await deed();
      setFailure(answer.ok ? null : answer);
      if (!answer.ok) return;
      toast(answer.message);
      onOpenChange(false);
      onDone();
      router.refresh();
    });
  return { failure, working, run };
}

/** Asks for the team that hosts move to. */
export function MoveHostsDialog({ open, onOpenChange, hosts, teams, onDone }: HostsDialogProps & { teams: Subject[] }) {
  const [teamId, setTeamId] = useState(String(teams[0]?.id ?? 0));
  const { failure, working, run } = useDeed({ onOpenChange, onDone });
  const team = teams.find(({ id }) => String(id) === teamId);
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Move ${named(hosts)} to another team`}
      impact={
        <>
          <p className="sm muted">
            The policies of {team ? `“${team.name}”` : "that team"} decide about access at once, from the answers that are already here.
          </p>
          <FormMessage state={failure} />
        </>
      }
      foot={
        <>
          <Button onClick={() => onOpenChange(false)}>Cancel</Button>
          <Button
            kind="primary"
            pending={working && "Moving…"}
            onClick={() => run(() => moveHosts({ hostIds: hosts.map(({ id }) => id), teamId: Number(teamId) }))}
          >
            Move {hosts.length === 1 ? "the host" : `${hosts.length} hosts`}
          </Button>
        </>
      }
    >
      <SelectField name="team" label="Team" value={teamId} onChange={(event) => setTeamId(event.target.value)}>
        {teams.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </SelectField>
    </Dialog>
  );
}

/** Asks before hosts are forgotten, and says what that does. */
export function DeleteHostsDialog({ open, onOpenChange, hosts, onDone }: HostsDialogProps) {
  const { failure, working, run } = useDeed({ onOpenChange, onDone });
  const one = hosts.length === 1;
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={`Delete ${named(hosts)}?`}
      description={`Microsoft is told that ${one ? "it is" : "they are"} no longer managed, so whoever uses ${one ? "it" : "them"} is blocked within seconds. An agent that is still installed enrolls again as a new host. The history stays in Activity.`}
      impact={<FormMessage state={failure} />}
      foot={
        <>
          <Button onClick={() => onOpenChange(false)}>{one ? "Keep the host" : "Keep them"}</Button>
          <Button kind="danger" pending={working && "Deleting…"} onClick={() => run(() => removeHosts({ hostIds: hosts.map(({ id }) => id) }))}>
            {one ? "Delete the host" : `Delete ${hosts.length} hosts`}
          </Button>
        </>
      }
    />
  );
}
