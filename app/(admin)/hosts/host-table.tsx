"use client";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useEffect, useRef, useState } from "react";
import { Access, type AccessState } from "@/app/_components/access-state";
import { Because, Told, type ShownReason, type ToldFacts } from "@/app/_components/because";
import { Icon } from "@/app/_components/icon";
import { Time } from "@/app/_components/time";
import { useToast } from "@/app/_components/toast";
import { askAgain } from "./actions";
import { HostPeek } from "./host-peek";
import { hostsHref, type HostSearch } from "./host-search";
import { SelectionBar } from "./selection-bar";

/** A host as one row of the list. */
export interface HostRow extends ToldFacts {
  id: number;
  name: string;
  person: string;
  accessState: AccessState;
  reasons: ShownReason[];
  team: string;
  os: string;
  seenAt: string | null;
  /** It was asked again and hasn't answered yet. */
  asked: boolean;
}

/** What this visitor may do with hosts. */
export interface HostRights {
  refetch: boolean;
  transfer: boolean;
  delete: boolean;
}

interface HostTableProps {
  rows: HostRow[];
  search: HostSearch;
  orderKey: string;
  orderDirection: "asc" | "desc";
  teams: { id: number; name: string }[];
  may: HostRights;
  onlyMacs: boolean;
}

/** The list's rows: select with x, peek with Space, open with Enter, ask again with r. */
export function HostTable({ rows, search, orderKey, orderDirection, teams, may, onlyMacs }: HostTableProps) {
  const [picked, setPicked] = useState<ReadonlySet<number>>(new Set());
  const [peekId, setPeekId] = useState<number | null>(null);
  const lastPicked = useRef<number | null>(null);
  const toast = useToast();
  const router = useRouter();
  const chosen = rows.filter(({ id }) => picked.has(id));
  const all = chosen.length === rows.length;

  const pick = (id: number, range: boolean) => {
    const [from, to] = [rows.findIndex((row) => row.id === lastPicked.current), rows.findIndex((row) => row.id === id)];
    const ids = range && from >= 0 ? rows.slice(Math.min(from, to), Math.max(from, to) + 1).map((row) => row.id) : [id];
    const on = !picked.has(id);
    const next = new Set(picked);
    for (const each of ids) {
      if (on) next.add(each);
      else next.delete(each);
    }
    lastPicked.current = id;
    setPicked(next);
  };

  useEffect(() => {
    const onKey = (event: Event) => {
      const { key, row } = (event as CustomEvent<{ key: string; row: HTMLElement | null }>).detail;
      const id = Number(row?.dataset.row);
      if (!id) return;
      if (key === " ") setPeekId((before) => (before === id ? null : id));
      else if (key === "x" || key === "X") pick(id, key === "X");
      else if (key === "r" && may.refetch) void askAgain({ hostIds: [id] }).then(({ message }) => toast(message));
      else return;
      event.preventDefault();
    };
    window.addEventListener("flotilla:key", onKey);
    return () => window.removeEventListener("flotilla:key", onKey);
  });

  // An open panel follows the row in focus.
  const onFocus = (id: number) => {
    if (peekId !== null) setPeekId(id);
  };

  const sorted = (key: string) => (orderKey === key ? (orderDirection === "asc" ? ("ascending" as const) : ("descending" as const)) : undefined);
  const sortBy = (key: string, first: "asc" | "desc" = "asc") => {
    const dir = orderKey === key ? (orderDirection === "asc" ? "desc" : "asc") : first;
    router.replace(hostsHref(search, { order: key, dir }), { scroll: false });
  };
  const sorter = { orderKey, orderDirection, sortBy };

  return (
    <>
      <table className="tbl bleed two hosttbl">
        <caption className="vh">Hosts{orderKey === "access" ? ", blocked first" : ""}</caption>
        <colgroup>
          <col style={{ width: 60 }} />
          <col style={{ width: "25%" }} />
          <col style={{ width: 124 }} />
          <col className="c-md" />
          <col className="c-md" style={{ width: 136 }} />
          <col className="c-lo" style={{ width: 118 }} />
          <col className="c-lo" style={{ width: onlyMacs ? 76 : 132 }} />
          <col className="c-md" style={{ width: 118 }} />
        </colgroup>
        <thead>
          <tr>
            <th scope="col">
              <input
                type="checkbox"
                aria-label={`Select the ${rows.length} hosts of this page`}
                checked={all}
                ref={(box) => {
                  if (box) box.indeterminate = chosen.length > 0 && !all;
                }}
                onChange={() => setPicked(new Set(all ? [] : rows.map(({ id }) => id)))}
              />
            </th>
            <th scope="col" aria-sort={sorted("display_name")}>
              <Sort name="Host" by="display_name" {...sorter} />
            </th>
            <th scope="col" aria-sort={sorted("access")}>
              <Sort name="Access" by="access" {...sorter} />
            </th>
            <th scope="col" className="c-md">
              Because
            </th>
            <th scope="col" className="c-md">
              Told Microsoft
            </th>
            <th scope="col" className="c-lo" aria-sort={sorted("team_name")}>
              <Sort name="Team" by="team_name" {...sorter} />
            </th>
            <th scope="col" className="c-lo" aria-sort={sorted("os_version")}>
              <Sort name={onlyMacs ? "macOS" : "System"} by="os_version" {...sorter} />
            </th>
            <th scope="col" className="num c-md" aria-sort={sorted("seen_time")}>
              <Sort name="Checked in" by="seen_time" first="desc" {...sorter} />
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id} data-row={row.id} className={picked.has(row.id) ? "picked" : undefined} onFocus={() => onFocus(row.id)}>
              <td>
                <input
                  type="checkbox"
                  aria-label={`Select ${row.name}`}
                  checked={picked.has(row.id)}
                  onChange={(event) => pick(row.id, (event.nativeEvent as MouseEvent).shiftKey)}
                />
              </td>
              <td>
                <Link className="name tr" href={`/hosts/${row.id}`} title={row.name} data-row-link prefetch={false}>
                  {row.name}
                </Link>
                <span className="tr sm muted" title={row.person || undefined}>
                  {row.person || "No one signed in yet"}
                </span>
              </td>
              <td>
                <Access state={row.accessState} />
              </td>
              <td className="c-md">
                <Because reasons={row.reasons} />
              </td>
              <td className="c-md">
                <Told report={row.report} entraDisagrees={row.entraDisagrees} deviceId={row.deviceId} timed />
              </td>
              <td className="c-lo">
                <span className="tr" title={row.team}>
                  {row.team}
                </span>
              </td>
              <td className="c-lo">
                <span className="tr" title={row.os}>
                  {row.os || "–"}
                </span>
              </td>
              <td className="num c-md">
                {row.asked ? (
                  <span className="muted" title="Asked again; its answer comes with the next check-in">
                    asking…
                  </span>
                ) : (
                  <Time at={row.seenAt} none="never" />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <SelectionBar hosts={chosen} teams={teams} may={may} onDone={() => setPicked(new Set())} />
      <HostPeek hostId={peekId} onClose={() => setPeekId(null)} mayRefetch={may.refetch} />
    </>
  );
}

function Sort({
  name,
  by,
  first,
  orderKey,
  orderDirection,
  sortBy,
}: {
  name: string;
  by: string;
  first?: "asc" | "desc";
  orderKey: string;
  orderDirection: string;
  sortBy: (key: string, first?: "asc" | "desc") => void;
}) {
  return (
    <button type="button" onClick={() => sortBy(by, first)}>
      {name}
      {orderKey === by && <Icon name={orderDirection === "asc" ? "up" : "down"} />}
    </button>
  );
}
