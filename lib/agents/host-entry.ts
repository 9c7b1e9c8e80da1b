import type { AgentConfig, AskCatalogue } from "./ask-catalogue";
import type { HostRow } from "./agent-queries";

/** A host in this process's memory. Times are in milliseconds; those of answers move with them. */
export interface HostEntry extends Omit<
  HostRow,
  "detailUpdatedAt" | "labelUpdatedAt" | "policyUpdatedAt" | "refetchRequestedAt" | "refetchCriticalUntil" | "identitySeenAt" | "lastRestartedAt" | "labelIds"
> {
  lastRestartedAt: number;
  detailUpdatedAt: number;
  labelUpdatedAt: number;
  policyUpdatedAt: number;
  refetchRequestedAt: number | null;
  refetchCriticalUntil: number;
  identitySeenAt: number;
  labels: ReadonlySet<number>;
  results: ReadonlyMap<number, { outcome: string; version: number }>;
  /** Nothing is due before this moment as long as `idleCatalogue` is what is asked. */
  idleUntil: number;
  idleCatalogue: AskCatalogue | null;
  /** The configuration whose intervals were noted last. */
  configSeen: AgentConfig | null;
}

/** Puts a row into the form that check-ins are answered from. */
export function toHostEntry(row: HostRow): HostEntry {
  const { labelIds, ...rest } = row;
  return {
    ...rest,
    detailUpdatedAt: row.detailUpdatedAt.getTime(),
    labelUpdatedAt: row.labelUpdatedAt.getTime(),
    policyUpdatedAt: row.policyUpdatedAt.getTime(),
    refetchRequestedAt: row.refetchRequestedAt?.getTime() ?? null,
    refetchCriticalUntil: row.refetchCriticalUntil?.getTime() ?? 0,
    identitySeenAt: row.identitySeenAt?.getTime() ?? 0,
    lastRestartedAt: row.lastRestartedAt?.getTime() ?? 0,
    labels: new Set(labelIds),
    results: new Map((row.policyIds ?? []).map((id, at) => [id, { outcome: row.outcomes?.[at] ?? "unknown", version: row.versions?.[at] ?? 0 }])),
    idleUntil: 0,
    idleCatalogue: null,
    configSeen: null,
  };
}
