import { serverContext } from "@/lib/context";
import { countHosts } from "@/lib/hosts/count-hosts";
import { boundedRead } from "./bounded-read";
import { gauge } from "./gauge";
import { ageInSeconds, readBacklog } from "./read-backlog";

const patienceMs = 2000;
const backlogKeptMs = 10_000;
const hostsKeptMs = 60_000;

/** What waits on the server, read from the database at most every ten seconds. */
export const knownBacklog = boundedRead(() => readBacklog(serverContext()), backlogKeptMs, patienceMs);
const knownHosts = boundedRead(() => countHosts(serverContext(), {}), hostsKeptMs, patienceMs);

/** Shows what stands in the database as metrics: it is the same for all threads and processes. */
export function registerServerMetrics(): void {
  gauge("flotilla_jobs_waiting", "Background jobs that are due and not running yet, on the whole server.", async (set) => {
    set((await knownBacklog()).jobs.waiting);
  });
  gauge("flotilla_job_oldest_age_seconds", "How long the longest waiting background job has been due.", async (set) => {
    const { at, jobs } = await knownBacklog();
    set(ageInSeconds(jobs.oldestAt, at));
  });
  gauge(
    "flotilla_reports_waiting",
    "Reports that haven't gone out to Microsoft, by connection.",
    async (set) => {
      for (const { connectionId, waiting } of (await knownBacklog()).reports) set(waiting, String(connectionId));
    },
    "connection",
  );
  gauge(
    "flotilla_report_oldest_age_seconds",
    "How long the longest waiting report that may go out has been due, by connection.",
    async (set) => {
      const { at, reports } = await knownBacklog();
      for (const { connectionId, oldestAt } of reports) set(ageInSeconds(oldestAt, at), String(connectionId));
    },
    "connection",
  );
  gauge(
    "flotilla_hosts",
    "Hosts by access: in is let in, held blocked, unsure unknown, loose unmanaged.",
    async (set) => {
      for (const [state, hosts] of Object.entries((await knownHosts()).byAccess)) set(hosts, state);
    },
    "access_state",
  );
}
