"use client";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useState, type ReactNode } from "react";
import { Button } from "@/app/_components/button";
import { Icon } from "@/app/_components/icon";
import { DeleteDialog } from "./delete-dialog";
import { platformWords } from "./platform-words";

/** A policy as its row shows it. */
export interface PolicyRow {
  id: number;
  name: string;
  href: string;
  platform: string;
  critical: boolean;
  gated: boolean;
  /** From all teams: shown in a team's list, changed in its own. */
  inherited: boolean;
  pass: number;
  fail: number;
  unknown: number;
  /** Absent for whoever may not list hosts. */
  failHref?: string;
}

/** The rows of the list. Ticked ones can be deleted; the bar that says so never moves the rows. */
export function PolicyTable({ rows, head, mayDelete }: { rows: PolicyRow[]; head: ReactNode; mayDelete: boolean }) {
  const router = useRouter();
  const [picked, setPicked] = useState<ReadonlySet<number>>(new Set());
  const [deleting, setDeleting] = useState(false);
  const own = rows.filter((row) => !row.inherited);
  const chosen = own.filter((row) => picked.has(row.id));
  const toggle = (id: number) => setPicked((before) => new Set(before.has(id) ? [...before].filter((other) => other !== id) : [...before, id]));
  const all = own.length > 0 && chosen.length === own.length;

  return (
    <>
      <table className="tbl bleed">
        <caption className="vh">Policies</caption>
        <colgroup>
          {mayDelete && <col style={{ width: 60 }} />}
          <col />
          <col className="c-md" style={{ width: 150 }} />
          <col className="c-md" style={{ width: 84 }} />
          <col style={{ width: 72 }} />
          <col className="c-lo" style={{ width: 96 }} />
          <col className="c-lo" style={{ width: 150 }} />
        </colgroup>
        <thead>
          <tr>
            {mayDelete && (
              <th scope="col">
                <input
                  type="checkbox"
                  aria-label="Select all policies on this page"
                  disabled={own.length === 0}
                  checked={all}
                  ref={(box) => {
                    if (box) box.indeterminate = chosen.length > 0 && !all;
                  }}
                  onChange={() => setPicked(new Set(all ? [] : own.map((row) => row.id)))}
                />
              </th>
            )}
            {head}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr
              key={row.id}
              data-row
              className={picked.has(row.id) ? "picked" : undefined}
              onKeyDown={(event) => {
                if (event.key === "x" && mayDelete && !row.inherited && !event.ctrlKey && !event.metaKey) toggle(row.id);
              }}
            >
              {mayDelete && (
                <td>
                  {row.inherited ? (
                    <span title="This policy is for all teams. Choose All teams to delete it.">
                      <input type="checkbox" disabled aria-label={`${row.name} is for all teams`} />
                    </span>
                  ) : (
                    <input type="checkbox" aria-label={`Select ${row.name}`} checked={picked.has(row.id)} onChange={() => toggle(row.id)} />
                  )}
                </td>
              )}
              <td>
                <span className="pol-name">
                  <Link className="name tr" href={row.href} title={row.name} data-row-link>
                    {row.name}
                  </Link>
                  {row.critical && <span className="chip c-md">Critical</span>}
                  {row.inherited && <span className="xs faint nowrap c-md">from All teams</span>}
                </span>
              </td>
              <td className="c-md">
                {row.gated && (
                  <span className="st muted" style={{ fontWeight: 400 }}>
                    <Icon name="gate" />
                    Gates access
                  </span>
                )}
              </td>
              <Count value={row.pass} className="c-md" />
              <Count value={row.fail} href={row.failHref} label={`Hosts that fail ${row.name}`} />
              <Count value={row.unknown} className="c-lo" />
              <td className="c-lo muted" style={{ paddingLeft: 24 }}>
                <span className="tr" title={platformWords(row.platform)}>
                  {platformWords(row.platform)}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {chosen.length > 0 && (
        <section className="picked-bar rise" aria-label="Selected policies">
          <span aria-live="polite">{chosen.length === 1 ? "1 policy" : `${chosen.length} policies`}</span>
          <span style={{ display: "flex", gap: 4 }}>
            <Button kind="quiet" onClick={() => setDeleting(true)}>
              Delete
            </Button>
            <Button kind="quiet" icon="x" className="icon" aria-label="Select none" onClick={() => setPicked(new Set())} />
          </span>
        </section>
      )}
      {deleting && (
        <DeleteDialog
          policies={chosen.map(({ id, name }) => ({ id, name }))}
          onClose={() => setDeleting(false)}
          onDeleted={() => {
            setDeleting(false);
            setPicked(new Set());
            router.refresh();
          }}
        />
      )}
    </>
  );
}

function Count({ value, href, label, className = "" }: { value: number; href?: string; label?: string; className?: string }) {
  return (
    <td className={`num ${value === 0 ? "zero" : ""} ${className}`.trim()}>
      {href && value > 0 ? (
        <Link href={href} aria-label={`${label}: ${value}`}>
          {value.toLocaleString("en")}
        </Link>
      ) : (
        value.toLocaleString("en")
      )}
    </td>
  );
}
