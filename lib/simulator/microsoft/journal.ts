import type { FaultKind, Surface } from "./faults";
import type { MessageOutcome } from "./simulated-types";

/** One request, without secrets: credentials, tokens, codes and states never enter. */
export interface JournalEntry {
  sequence: number;
  /** ISO time of arrival, in the simulator's clock. */
  at: string;
  /** Real milliseconds from arrival to the end of the answer. */
  durationMs: number;
  surface: Surface;
  tenantId: string | null;
  method: string;
  path: string;
  status: number;
  requestId: string;
  clientRequestId: string | null;
  faults: FaultKind[];
  /** Chosen fields of the body. */
  body: Record<string, unknown> | null;
  /** Of an uploaded message: what became of it, `pending` until it is processed. */
  outcome: MessageOutcome | null;
}

/** Which entries are wanted. `path` is a regular expression. */
export interface JournalQuery {
  since?: number;
  surface?: Surface;
  tenantId?: string;
  deviceId?: string;
  method?: string;
  path?: string;
  limit?: number;
}

const hiddenParameters = /^(state|code|client_secret|client_assertion|nonce|code_verifier|code_challenge|id_token_hint|refresh_token)$/;

/** How many requests a surface has had since the start, whatever the journal still holds, and how many of them were answered 429. */
export interface SurfaceTotals {
  requests: number;
  throttled: number;
}

/** The last requests, oldest first, in a ring that forgets the oldest when it is full; the totals forget nothing. */
export class Journal {
  #entries: (JournalEntry | undefined)[] = [];
  #next = 1;
  #totals: Record<Surface, SurfaceTotals> = noTotals();
  constructor(private readonly capacity: number) {}

  record(entry: Omit<JournalEntry, "sequence">): JournalEntry {
    const kept = { ...entry, sequence: this.#next };
    this.#entries[(this.#next - 1) % this.capacity] = kept;
    this.#next += 1;
    const totals = this.#totals[entry.surface];
    totals.requests += 1;
    if (entry.status === 429) totals.throttled += 1;
    return kept;
  }

  totals(): Record<Surface, SurfaceTotals> {
    return structuredClone(this.#totals);
  }

  list(query: JournalQuery = {}): JournalEntry[] {
    const found: JournalEntry[] = [];
    const path = query.path === undefined ? undefined : new RegExp(query.path);
    const oldest = Math.max(1, this.#next - this.capacity);
    for (let sequence = Math.max(oldest, (query.since ?? 0) + 1); sequence < this.#next; sequence += 1) {
      const entry = this.#entries[(sequence - 1) % this.capacity];
      if (!entry) continue;
      if (query.surface !== undefined && entry.surface !== query.surface) continue;
      if (query.tenantId !== undefined && entry.tenantId !== query.tenantId) continue;
      if (query.method !== undefined && entry.method !== query.method.toUpperCase()) continue;
      if (query.deviceId !== undefined && entry.body?.deviceId !== query.deviceId) continue;
      if (path && !path.test(entry.path)) continue;
      found.push(entry);
      if (query.limit !== undefined && found.length >= query.limit) break;
    }
    return found;
  }

  clear(): void {
    this.#entries = [];
    this.#next = 1;
    this.#totals = noTotals();
  }
}

function noTotals(): Record<Surface, SurfaceTotals> {
  const none = () => ({ requests: 0, throttled: 0 });
  return { login: none(), graph: none(), manage: none(), app: none() };
}

/** The path with its query, the values of secret parameters taken out. */
export function redactedPath(url: URL): string {
  const shown = new URL(url);
  for (const name of new Set(shown.searchParams.keys())) {
    if (hiddenParameters.test(name)) shown.searchParams.set(name, "redacted");
  }
  return decodeSafely(shown.pathname) + decodeSafely(shown.search.replaceAll("+", "%20"));
}

/** Percent-decoding that leaves a broken sequence as it is. */
export function decodeSafely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
