import { applyTeamSwitch } from "./compliance/apply-team-switch.job";
import { checkConnection, checkConnections } from "./compliance/entra/check-connection.job";
import { checkCredentialExpiry } from "./compliance/entra/check-credential-expiry.job";
import { connectTenant } from "./compliance/entra/connect-tenant.job";
import { disconnectTenant } from "./compliance/entra/disconnect-tenant.job";
import { wakeConnections } from "./compliance/entra/wake-connections.job";
import { reassessHosts } from "./compliance/reassess-hosts.job";
import { retractDeletedHosts } from "./compliance/retract-deleted-hosts.job";
import type { Job } from "./jobs/define-job";
import type { Schedule } from "./jobs/run-worker";

/** Every job of the product; the worker refuses to know any other. */
export const jobs: Job[] = [
  reassessHosts as Job,
  retractDeletedHosts as Job,
  applyTeamSwitch as Job,
  connectTenant as Job,
  disconnectTenant as Job,
  checkConnection as Job,
  checkConnections as Job,
  checkCredentialExpiry as Job,
  wakeConnections as Job,
];

/** The jobs that the clock starts; times are UTC. */
export const schedules: Schedule[] = [
  { job: wakeConnections, match: "* * * * *" },
  { job: checkConnections, match: "*/15 * * * *" },
  { job: checkCredentialExpiry, match: "20 6 * * *" },
];
