import { readFileSync, readdirSync } from "node:fs";

/** Resident memory of a process, in MB (Linux; NaN elsewhere). */
export function residentMb(pid: number): number {
  return kilobytes(`/proc/${pid}/status`, /^VmRSS:\s+(\d+)/m) / 1024;
}

/** Memory of a PostgreSQL and its children, shared pages counted once (PSS), in MB (Linux; NaN elsewhere). */
export function postgresMb(postmasterPid: number): number {
  try {
    const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && parentOf(name) === postmasterPid);
    return [String(postmasterPid), ...pids].reduce((sum, pid) => sum + kilobytes(`/proc/${pid}/smaps_rollup`, /^Pss:\s+(\d+)/m), 0) / 1024;
  } catch {
    return Number.NaN;
  }
}

function parentOf(pid: string): number {
  return kilobytes(`/proc/${pid}/status`, /^PPid:\s+(\d+)/m);
}

function kilobytes(file: string, pattern: RegExp): number {
  try {
    return Number(pattern.exec(readFileSync(file, "utf8"))?.[1] ?? Number.NaN);
  } catch {
    return Number.NaN;
  }
}
