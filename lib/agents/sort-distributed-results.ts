import { readInteger, readObject, readText, type AgentRow } from "./read-values";

/** Rows of a detail query that ran. */
export type DetailRows = Map<string, AgentRow[]>;

/** What a write holds, sorted by what each result answers. */
export interface SortedResults {
  details: DetailRows;
  /** Detail queries that were answered, if only by an error. */
  detailNames: Set<string>;
  labels: Map<number, boolean>;
  labelAnswers: number;
  policies: Map<number, { outcome: "pass" | "fail" | "unknown"; message: string }>;
  wildcard: boolean;
  /** Names that mean nothing to us. */
  strangers: number;
  denylisted: number;
}

const kinds = /^fleet_(detail|label|policy)_query_(.+)$/;
const maxMessage = 500;

/** Sorts the body of a write. Whatever is of the wrong type is left out or counts as no answer; the rest is kept. */
export function sortDistributedResults(body: Record<string, unknown>): SortedResults {
  const queries = readObject(body.queries);
  const statuses = readObject(body.statuses);
  const messages = readObject(body.messages);
  const sorted: SortedResults = {
    details: new Map(),
    detailNames: new Set(),
    labels: new Map(),
    labelAnswers: 0,
    policies: new Map(),
    wildcard: false,
    strangers: 0,
    denylisted: 0,
  };
  for (const name of Object.keys(queries)) {
    const rows = readRows(queries[name]);
    const failed = Object.hasOwn(statuses, name) && isFailure(statuses[name]);
    const [, kind, suffix = ""] = kinds.exec(name) ?? [];
    if (kind === "detail") {
      sorted.detailNames.add(suffix);
      if (!failed && rows) sorted.details.set(suffix, rows);
    } else if (kind === "label") {
      sorted.labelAnswers += 1;
      const id = readInteger(suffix, 0);
      if (id > 0 && !failed && rows) sorted.labels.set(id, rows.length > 0);
    } else if (kind === "policy") {
      const id = /^\d+$/.test(suffix) ? readInteger(suffix, 0) : 0;
      if (id === 0) {
        sorted.strangers += 1;
        continue;
      }
      const message = failed && Object.hasOwn(messages, name) ? readText(messages[name], maxMessage) : "";
      if (message.includes("denylisted")) sorted.denylisted += 1;
      sorted.policies.set(id, {
        outcome: failed || !rows ? "unknown" : rows.length > 0 ? "pass" : "fail",
        message: failed ? message || "The query failed." : message,
      });
    } else if (name === "fleet_no_policies_wildcard") sorted.wildcard = true;
    else sorted.strangers += 1;
  }
  return sorted;
}

// Very old agents send "" for no rows. Anything else that isn't a list of objects is no answer at all: it can neither pass nor fail.
function readRows(value: unknown): AgentRow[] | null {
  if (value === "") return [];
  if (!Array.isArray(value)) return null;
  const rows = value.filter((row): row is AgentRow => typeof row === "object" && row !== null && !Array.isArray(row));
  return rows.length === 0 && value.length > 0 ? null : rows;
}

function isFailure(status: unknown): boolean {
  if (typeof status === "number") return status !== 0;
  return typeof status !== "string" || !/^\s*[+-]?0+\s*$/.test(status);
}
