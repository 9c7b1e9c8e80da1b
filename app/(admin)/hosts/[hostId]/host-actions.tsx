"use client";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { Button, IconButton } from "@/app/_components/button";
import { Dialog } from "@/app/_components/dialog";
import { Menu, MenuItem } from "@/app/_components/menu";
import { useToast } from "@/app/_components/toast";
import { useBusy } from "@/app/_components/use-busy";
import { askAgain, sendHostNow } from "../actions";
import { DeleteHostsDialog, MoveHostsDialog } from "../host-dialogs";

interface HostActionsProps {
  host: { id: number; name: string; teamId: number };
  /** It was asked again a moment ago and hasn't answered yet. */
  asked: boolean;
  teams: { id: number; name: string }[];
  may: { refetch: boolean; transfer: boolean; delete: boolean; send: boolean };
}

/** What can be done with one host. */
export function HostActions({ host, asked, teams, may }: HostActionsProps) {
  const [asking, startAsking] = useBusy();
  const [sending, startSending] = useBusy();
  const [dialog, setDialog] = useState<"move" | "delete" | null>(null);
  const [failure, setFailure] = useState<{ title: string; text: string } | null>(null);
  const toast = useToast();
  const router = useRouter();
  const act = async (title: string, deed: Promise<{ ok: boolean; message: string }>) => {
    const { ok, message } = await deed;
    if (ok) toast(message);
    else setFailure({ title, text: message });
    router.refresh();
  };
  const others = teams.filter(({ id }) => id !== host.teamId);
  const mayMove = may.transfer && others.length > 0;
  return (
    <>
      {may.refetch && (
        <Button
          icon="again"
          pending={asking || asked ? "Asking…" : false}
          onClick={() => startAsking(() => act("The host wasn’t asked", askAgain({ hostIds: [host.id] })))}
          title={asked ? "Asked; the answers come with its next check-in" : undefined}
        >
          Ask again now
        </Button>
      )}
      {may.send && (
        <Button pending={sending && "Sending…"} onClick={() => startSending(() => act("Nothing was sent", sendHostNow({ hostId: host.id })))}>
          Send now
        </Button>
      )}
      {(mayMove || may.delete) && (
        <Menu label="More actions" align="end" trigger={<IconButton label="More actions" icon="dots" kind="plain" />}>
          {mayMove && <MenuItem onSelect={() => setDialog("move")}>Move to a team…</MenuItem>}
          {may.delete && (
            <MenuItem danger onSelect={() => setDialog("delete")}>
              Delete the host…
            </MenuItem>
          )}
        </Menu>
      )}
      <MoveHostsDialog
        open={dialog === "move"}
        onOpenChange={(open) => setDialog(open ? "move" : null)}
        hosts={[host]}
        teams={others}
        onDone={() => setDialog(null)}
      />
      <DeleteHostsDialog
        open={dialog === "delete"}
        onOpenChange={(open) => setDialog(open ? "delete" : null)}
        hosts={[host]}
        onDone={() => router.push("/hosts")}
      />
      <Dialog
        open={failure !== null}
        onOpenChange={(open) => !open && setFailure(null)}
        title={failure?.title ?? ""}
        description={failure?.text}
        foot={
          <Button kind="primary" onClick={() => setFailure(null)}>
            Close
          </Button>
        }
      />
    </>
  );
}
