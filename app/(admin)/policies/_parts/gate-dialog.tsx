"use client";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useEffect, useRef, useState, useTransition } from "react";
import { Button } from "@/app/_components/button";
import { Dialog } from "@/app/_components/dialog";
import { FormMessage } from "@/app/_components/notice";
import { Time } from "@/app/_components/time";
import { useToast } from "@/app/_components/toast";
import type { OnDisable } from "@/lib/teams/team";
import { previewGating, saveGatingChoice } from "../actions";
import { GateImpact, type Impact } from "./gate-impact";
import { GateRows, type GateRow } from "./gate-rows";

/** What the choice starts from; times as text. */
export interface GateFacts {
  team: { id: number; name: string; enabled: boolean; since: string | null; auditOnly: boolean; onDisable: OnDisable; unknownGraceSeconds: number } | null;
  macs: number;
  blocked: number;
  policies: GateRow[];
  connected: boolean;
  mayTick: boolean;
  maySwitch: boolean;
  mayConnect: boolean;
  seesAllTeams: boolean;
}

const previewAfterMs = 150;

/** Which policies gate access, for one team or among those for all teams, with what saving would do, computed before anything changes. */
export function GateDialog({
  teamId,
  gating,
  lastChange,
  closeHref,
}: {
  teamId: number | null;
  gating: GateFacts;
  lastChange: { who: string; at: string } | null;
  closeHref: string;
}) {
  const router = useRouter();
  const toast = useToast();
  const own = gating.policies.filter((policy) => !policy.inherited);
  const [ticked, setTicked] = useState<ReadonlySet<number>>(new Set(own.filter((policy) => policy.gated).map((policy) => policy.id)));
  const [enabled, setEnabled] = useState(gating.team?.enabled ?? false);
  const [auditOnly, setAuditOnly] = useState(gating.team?.auditOnly ?? false);
  const [onDisable, setOnDisable] = useState<OnDisable>(gating.team?.onDisable ?? "leave");
  const [impact, setImpact] = useState<Impact | null>(null);
  const [problem, setProblem] = useState("");
  const [busy, start] = useTransition();
  const asked = useRef(0);

  const before = new Set(own.filter((policy) => policy.gated).map((policy) => policy.id));
  const listChanged = before.size !== ticked.size || [...ticked].some((id) => !before.has(id));
  const switched = gating.team !== null && enabled !== gating.team.enabled;
  const watchChanged = gating.team !== null && enabled && auditOnly !== gating.team.auditOnly;
  const changed = listChanged || switched || watchChanged;
  const key = JSON.stringify([...ticked].toSorted((a, b) => a - b));

  useEffect(() => {
    if (!gating.connected) return;
    const mine = (asked.current += 1);
    const timer = setTimeout(async () => {
      const answer = await previewGating({ teamId, policyIds: JSON.parse(key) as number[], ...(teamId !== null && { enabled }) });
      // Only the newest question's answer counts.
      if (mine !== asked.current) return;
      if (answer.ok && answer.data) setImpact(answer.data);
      else setProblem(answer.message);
    }, previewAfterMs);
    return () => clearTimeout(timer);
  }, [key, enabled, teamId, gating.connected]);

  const close = () => router.push(closeHref, { scroll: false });
  const save = () =>
    start(async () => {
      setProblem("");
      const answer = await saveGatingChoice({
        teamId,
        policyIds: [...ticked],
        ...((switched || watchChanged) && { enabled, auditOnly, onDisable }),
      });
      if (!answer.ok) return setProblem(Object.values(answer.fields)[0] ?? answer.message);
      toast("Saved. Verdicts are being reached again.", { href: "/activities", label: "Activity" });
      router.push(closeHref, { scroll: false });
      router.refresh();
    });

  const who = gating.team ? gating.team.name : "All teams";
  const macs = gating.macs === 1 ? "1 Mac" : `${gating.macs.toLocaleString("en")} Macs`;
  const about = gating.connected
    ? `${who}, ${macs}. ${gating.team ? "Whoever fails a ticked policy is kept out of Entra." : "They count in every team where gating is on."}`
    : `${who}, ${macs}.`;

  return (
    <Dialog
      open
      onOpenChange={(open) => !open && close()}
      size="choice"
      title="Policies that gate access"
      description={about}
      impact={
        gating.connected ? (
          <GateImpact
            impact={impact}
            changed={changed}
            facts={{
              teamOn: gating.team === null ? null : enabled,
              wasOn: gating.team?.enabled ?? null,
              auditOnly,
              onDisable,
              graceSeconds: gating.team?.unknownGraceSeconds ?? 0,
              blocked: gating.blocked,
              mayTick: gating.mayTick,
            }}
            onWatch={gating.team && gating.maySwitch ? setAuditOnly : undefined}
            onDisableChoice={setOnDisable}
          />
        ) : undefined
      }
      foot={
        gating.connected ? (
          <>
            <span className="sm faint gate-note">
              {lastChange ? (
                <>
                  Last changed by {lastChange.who}, <Time at={lastChange.at} form="clock" />
                </>
              ) : null}
            </span>
            <Button kind="quiet" onClick={close}>
              {gating.mayTick ? "Cancel" : "Close"}
            </Button>
            {gating.mayTick && (
              <SaveButton impact={impact} changed={changed} blocks={!auditOnly && (gating.team === null || enabled)} busy={busy} onSave={save} />
            )}
          </>
        ) : (
          <Button onClick={close}>Close</Button>
        )
      }
    >
      {gating.connected ? (
        <>
          <div className="gate-sw">
            {gating.team && (
              <>
                <input
                  className="switch"
                  type="checkbox"
                  role="switch"
                  id="gate-switch"
                  checked={enabled}
                  aria-checked={enabled}
                  disabled={!gating.maySwitch}
                  aria-describedby={gating.maySwitch ? undefined : "gate-switch-why"}
                  onChange={(event) => setEnabled(event.target.checked)}
                />
                <label htmlFor="gate-switch">
                  <b>{enabled ? (auditOnly ? "Watching only" : "Gating is on") : "Gating is off"}</b>{" "}
                  <span className="muted">
                    for this team
                    {enabled && !switched && gating.team.since ? (
                      <>
                        {" "}
                        since <Time at={gating.team.since} form="clock" />
                      </>
                    ) : null}
                  </span>
                </label>
              </>
            )}
            {gating.team && !gating.maySwitch && (
              <span className="sm muted" id="gate-switch-why">
                Switching needs the admin role.
              </span>
            )}
            <a href="/microsoft-compliance-partner/remediate" target="_blank" rel="noreferrer">
              See what a blocked person sees
            </a>
          </div>
          <GateRows
            policies={gating.policies}
            ticked={ticked}
            newlyBlocked={impact?.byPolicy ?? {}}
            disabled={!gating.mayTick}
            onToggle={(id) => setTicked((now) => new Set(now.has(id) ? [...now].filter((other) => other !== id) : [...now, id]))}
          />
        </>
      ) : (
        <p>
          Nothing is connected to Microsoft yet, so policies can’t decide who gets past Entra.{" "}
          {gating.mayConnect ? (
            <>
              <Link href="/settings/integrations/conditional-access">Connect Microsoft Entra</Link>, or choose audit only there to watch first; then come back.
            </>
          ) : (
            "Ask an admin of all teams to connect Microsoft Entra."
          )}
        </p>
      )}
      {gating.connected && gating.team && gating.policies.some((policy) => policy.inherited) && (
        <p className="sm muted" style={{ padding: "10px 0 12px" }}>
          Policies from All teams count in every team.
          {gating.seesAllTeams && (
            <>
              {" "}
              <Link href="/policies?gate=open">Choose them under All teams</Link>.
            </>
          )}
        </p>
      )}
      {problem && <FormMessage state={{ ok: false, message: problem }} />}
    </Dialog>
  );
}

function SaveButton({
  impact,
  changed,
  blocks,
  busy,
  onSave,
}: {
  impact: Impact | null;
  changed: boolean;
  blocks: boolean;
  busy: boolean;
  onSave: () => void;
}) {
  const out = blocks && impact ? impact.newlyBlocked + impact.newlyUnmanaged : 0;
  return (
    <Button
      kind={out > 0 && changed ? "danger" : "primary"}
      pending={busy && "Saving…"}
      reason={changed ? undefined : "Nothing is changed yet."}
      onClick={onSave}
    >
      {out > 0 && changed ? `Save, block ${out.toLocaleString("en")} now` : "Save"}
    </Button>
  );
}
