import { callKinds } from "./load/load-plan";
import type { CallFigures, LoadReport } from "./load/start-load";
import { cpuSeconds, machineCpuSeconds, postgresCpuSeconds, postgresMb, residentMb, threadSeconds } from "./process-stats";

/** Milliseconds for a table. */
export const ms = (value: number): string => (Number.isNaN(value) ? "-" : value.toFixed(value < 100 ? 1 : 0)).padStart(8);
/** A whole number for a table. */
export const whole = (value: number, width = 10): string => (Number.isNaN(value) ? "-" : Math.round(value).toLocaleString("en")).padStart(width);
/** A share of one core for a table. */
export const percent = (share: number): string => (Number.isNaN(share) ? "-" : `${(share * 100).toFixed(0)} %`).padStart(6);

/** Errors by kind, loud; empty when there were none. */
export function errorText(errors: Record<string, number>): string {
  const all = Object.entries(errors).map(([error, count]) => `${count.toLocaleString("en")}× ${error}`);
  return all.length === 0 ? "" : `   ERRORS: ${all.join(", ")}`;
}

/** Prints a load's figures, one row for each kind of call and one for all. */
export function printCalls(report: LoadReport): void {
  console.log(
    `   ${"call".padEnd(13)} ${"answers/s".padStart(10)} ${["p50", "p90", "p99", "p99.9", "max"].map((name) => name.padStart(8)).join(" ")}   (ms from the moment it was due)`,
  );
  for (const kind of callKinds) if (report.calls[kind].answers > 0 || report.calls[kind].errorCount > 0) printCallRow(kind, report.calls[kind], report.seconds);
  printCallRow("all", report.all, report.seconds);
}

/** Prints one row of that table. */
export function printCallRow(name: string, figures: CallFigures, seconds: number): void {
  const times = [figures.p50, figures.p90, figures.p99, figures.p999, figures.max].map(ms).join(" ");
  console.log(`   ${name.padEnd(13)} ${whole(figures.answers / seconds)} ${times}${errorText(figures.errors)}`);
}

/** What a server, its database and the load took of the machine since the last call. CPU as a share of one core. */
export interface MachineUse {
  serverMb: number;
  serverCpu: number;
  /** How much of the time the event loop of the server's agents' thread stood ready. */
  loopFree: number;
  postgresMb: number;
  postgresCpu: number;
  loadCpu: number;
  /** Of all that is none of these: whatever else the machine does at the time. */
  othersCpu: number;
}

/** Watches processes by what Linux counts of them. */
export function watchMachine(pids: { server: number; agentsTid: number; postgres: number; load: number }): () => MachineUse {
  const read = () => ({
    at: performance.now() / 1000,
    server: cpuSeconds(pids.server),
    loop: threadSeconds(pids.server, pids.agentsTid),
    postgres: postgresCpuSeconds(pids.postgres),
    load: cpuSeconds(pids.load),
    machine: machineCpuSeconds(),
  });
  let before = read();
  return () => {
    const now = read();
    const share = (part: "server" | "loop" | "postgres" | "load" | "machine") => (now[part] - before[part]) / (now.at - before.at);
    const use = {
      serverMb: residentMb(pids.server),
      serverCpu: share("server"),
      loopFree: 1 - share("loop"),
      postgresMb: postgresMb(pids.postgres),
      postgresCpu: share("postgres"),
      loadCpu: share("load"),
      othersCpu: share("machine") - share("server") - share("postgres") - share("load"),
    };
    before = now;
    return use;
  };
}

// The kernel's own work for loopback, and this process, stay below it.
const mostOthersCpu = 0.25;

/** Prints a machine's use in one line, and loudly when something else used it, too. */
export function printMachine(use: MachineUse, report: LoadReport): void {
  if (use.othersCpu > mostOthersCpu)
    console.log(`   THE MACHINE WASN'T FREE: other processes took ${percent(use.othersCpu).trim()} of a core meanwhile; these times aren't the server's`);
  console.log(
    `   server ${use.serverMb.toFixed(0)} MB, CPU ${percent(use.serverCpu).trim()}, agents' event loop free ${percent(use.loopFree).trim()}; ` +
      `PostgreSQL ${use.postgresMb.toFixed(0)} MB, CPU ${percent(use.postgresCpu).trim()}; ` +
      `generator apart: CPU ${percent(use.loadCpu).trim()} (${report.generator.microsecondsPerAnswer.toFixed(0)} µs an answer), late p99 ${report.generator.latenessP99.toFixed(1)} ms, ` +
      `${report.sockets.toLocaleString("en")} sockets${report.waiting > 0 ? `, ${report.waiting.toLocaleString("en")} calls in line` : ""}`,
  );
}
