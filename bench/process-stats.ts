import { readFileSync, readdirSync } from "node:fs";

// Linux counts CPU time in hundredths of a second, whatever the kernel's own clock is.
const ticksPerSecond = 100;

/** Resident memory of a process, in MB (Linux; NaN elsewhere). */
export function residentMb(pid: number): number {
  return kilobytes(`/proc/${pid}/status`, /^VmRSS:\s+(\d+)/m) / 1024;
}

/** The most resident memory that a process ever had, in MB (Linux; NaN elsewhere). */
export function peakResidentMb(pid: number): number {
  return kilobytes(`/proc/${pid}/status`, /^VmHWM:\s+(\d+)/m) / 1024;
}

/** Memory of a PostgreSQL and its children, shared pages counted once (PSS), in MB (Linux; NaN elsewhere). */
export function postgresMb(postmasterPid: number): number {
  return [postmasterPid, ...childrenOf(postmasterPid)].reduce((sum, pid) => {
    const kb = kilobytes(`/proc/${pid}/smaps_rollup`, /^Pss:\s+(\d+)/m);
    // A backend may end between being listed and being read.
    return Number.isNaN(kb) && pid !== postmasterPid ? sum : sum + kb / 1024;
  }, 0);
}

/** CPU time of a process so far, in seconds (Linux; NaN elsewhere). */
export function cpuSeconds(pid: number): number {
  return readTicks(`/proc/${pid}/stat`).own / ticksPerSecond;
}

/** CPU time of one thread of a process so far, in seconds (Linux; NaN elsewhere). A program's main thread has the number of its process. */
export function threadSeconds(pid: number, tid: number): number {
  return readTicks(`/proc/${pid}/task/${tid}/stat`).own / ticksPerSecond;
}

/** CPU time of a PostgreSQL so far: its processes, and those that have ended, in seconds (Linux; NaN elsewhere). */
export function postgresCpuSeconds(postmasterPid: number): number {
  const { own, ended } = readTicks(`/proc/${postmasterPid}/stat`);
  const children = childrenOf(postmasterPid).reduce((sum, pid) => sum + (readTicks(`/proc/${pid}/stat`).own || 0), 0);
  return (own + ended + children) / ticksPerSecond;
}

/** The processes that another one started (Linux; none elsewhere). */
export function childrenOf(parent: number): number[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
      .filter((pid) => kilobytes(`/proc/${pid}/status`, /^PPid:\s+(\d+)/m) === parent);
  } catch {
    return []; // no /proc on this system: the parent's own figures are NaN, and so is the sum
  }
}

/** Fields 14 to 17 of proc(5)'s stat, counted after the name, which may hold anything. */
function readTicks(file: string): { own: number; ended: number } {
  try {
    const text = readFileSync(file, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const [user, system, endedUser, endedSystem] = fields.slice(11, 15).map(Number);
    return { own: (user ?? Number.NaN) + (system ?? Number.NaN), ended: (endedUser ?? 0) + (endedSystem ?? 0) };
  } catch {
    return { own: Number.NaN, ended: Number.NaN };
  }
}

function kilobytes(file: string, pattern: RegExp): number {
  try {
    return Number(pattern.exec(readFileSync(file, "utf8"))?.[1] ?? Number.NaN);
  } catch {
    return Number.NaN;
  }
}

/** CPU time that everything on this machine has used since it started, in seconds (Linux; NaN elsewhere). */
export function machineCpuSeconds(): number {
  try {
    const [, user, nice, system, , , irq, softirq, steal] = (readFileSync("/proc/stat", "utf8").split("\n")[0] ?? "").split(/\s+/).map(Number);
    return [user, nice, system, irq, softirq, steal].reduce<number>((sum, ticks) => sum + (ticks ?? Number.NaN), 0) / ticksPerSecond;
  } catch {
    return Number.NaN;
  }
}
