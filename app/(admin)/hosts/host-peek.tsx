"use client";
import Link from "next/link";
import { useEffect, useState } from "react";
import { Access } from "@/app/_components/access-state";
import { Button } from "@/app/_components/button";
import { FormMessage } from "@/app/_components/notice";
import { SidePanel } from "@/app/_components/side-panel";
import { Time } from "@/app/_components/time";
import { useToast } from "@/app/_components/toast";
import { useBusy } from "@/app/_components/use-busy";
import { askAgain, peekAtHost } from "./actions";
import { Waterline } from "./waterline";

type Answer = Awaited<ReturnType<typeof peekAtHost>>;

const refreshMs = 5000;

/** A host at a glance, beside the list: verdict, reasons, four steps. Stays open while the rows are walked. */
export function HostPeek({ hostId, onClose, mayRefetch }: { hostId: number | null; onClose: () => void; mayRefetch: boolean }) {
  const [answer, setAnswer] = useState<{ hostId: number; state: Answer } | null>(null);
  const [asking, startAsking] = useBusy();
  const toast = useToast();
  useEffect(() => {
    if (hostId === null) return;
    let wanted = true;
    const load = async () => {
      const state = await peekAtHost({ hostId });
      if (wanted) setAnswer({ hostId, state });
    };
    void load();
    const timer = setInterval(load, refreshMs);
    return () => {
      wanted = false;
      clearInterval(timer);
    };
  }, [hostId]);
  const state = answer?.hostId === hostId ? answer?.state : undefined;
  const host = state?.data;
  return (
    <SidePanel open={hostId !== null} onOpenChange={(open) => !open && onClose()} title={host?.name ?? "Host"}>
      {!host ? (
        <div className="peekb" aria-busy={state === undefined}>
          {state ? <FormMessage state={state} /> : <span className="sk" style={{ width: "60%" }} />}
        </div>
      ) : (
        <div className="peekb">
          <p className="muted" style={{ overflowWrap: "anywhere" }}>
            {host.person || "No one signed in yet"}, {host.teamName}
          </p>
          <p>
            <Access state={host.accessState} tag />{" "}
            {host.changedAt && (
              <span className="faint">
                since <Time at={host.changedAt} form="clock" />, <Time at={host.changedAt} form="since" />
              </span>
            )}
          </p>
          {host.reasons.length > 0 && (
            <ul>
              {host.reasons.map((reason) => (
                <li key={`${reason.code} ${reason.policyId ?? ""}`}>{reason.sentence}</li>
              ))}
            </ul>
          )}
          <Waterline steps={host.waterline} upright />
          <div className="pa">
            <Link className="btn primary" href={`/hosts/${host.id}`}>
              Open host
            </Link>
            {mayRefetch && (
              <Button
                icon="again"
                pending={asking && "Asking…"}
                onClick={() =>
                  startAsking(async () => {
                    const { message } = await askAgain({ hostIds: [host.id] });
                    toast(message);
                  })
                }
              >
                Ask again now
              </Button>
            )}
          </div>
        </div>
      )}
    </SidePanel>
  );
}
