"use client";
import { useState } from "react";
import { Button, IconButton } from "@/app/_components/button";
import { useToast } from "@/app/_components/toast";
import { useBusy } from "@/app/_components/use-busy";
import { askAgain } from "./actions";
import { DeleteHostsDialog, MoveHostsDialog } from "./host-dialogs";
import type { HostRights } from "./host-table";

/** The bar at the foot while hosts are selected: how many, and what can be done with them. It never shifts the rows. */
export function SelectionBar({
  hosts,
  teams,
  may,
  onDone,
}: {
  hosts: { id: number; name: string }[];
  teams: { id: number; name: string }[];
  may: HostRights;
  onDone: () => void;
}) {
  const [dialog, setDialog] = useState<"move" | "delete" | null>(null);
  const [asking, startAsking] = useBusy();
  const toast = useToast();
  const hostIds = hosts.map(({ id }) => id);
  if (hosts.length === 0) return null;
  return (
    <>
      <section className="pick" aria-label="Selected hosts">
        <b aria-live="polite">{hosts.length === 1 ? "1 host" : `${hosts.length} hosts`}</b>
        {may.refetch && (
          <Button
            kind="quiet"
            icon="again"
            pending={asking && "Asking…"}
            onClick={() =>
              startAsking(async () => {
                const { message } = await askAgain({ hostIds });
                toast(message);
              })
            }
          >
            Ask again now
          </Button>
        )}
        {may.transfer && (
          <Button kind="quiet" onClick={() => setDialog("move")}>
            Move to team
          </Button>
        )}
        {may.delete && (
          <Button kind="quiet" onClick={() => setDialog("delete")}>
            Delete
          </Button>
        )}
        <IconButton label="Clear the selection" icon="x" onClick={onDone} />
      </section>
      <MoveHostsDialog open={dialog === "move"} onOpenChange={(open) => setDialog(open ? "move" : null)} hosts={hosts} teams={teams} onDone={onDone} />
      <DeleteHostsDialog open={dialog === "delete"} onOpenChange={(open) => setDialog(open ? "delete" : null)} hosts={hosts} onDone={onDone} />
    </>
  );
}
