import { forgetExpired } from "./auth/forget-expired.job";
import { sendInviteMail } from "./auth/invites/send-invite-mail.job";
import { sendResetMail } from "./auth/resets/send-reset-mail.job";
import { sweepSessions } from "./auth/sessions/sweep-sessions.job";
import { applyTeamSwitch } from "./compliance/apply-team-switch.job";
import { checkReport } from "./compliance/check-report.job";
import { checkReports } from "./compliance/check-reports.job";
import { checkConnection, checkConnections } from "./compliance/entra/check-connection.job";
import { checkCredentialExpiry } from "./compliance/entra/check-credential-expiry.job";
import { connectTenant } from "./compliance/entra/connect-tenant.job";
import { disconnectTenant } from "./compliance/entra/disconnect-tenant.job";
import { wakeConnections } from "./compliance/entra/wake-connections.job";
import { freshness } from "./compliance/freshness.job";
import { heartbeat } from "./compliance/heartbeat.job";
import { pruneHistory } from "./compliance/prune-history.job";
import { readBackReport } from "./compliance/read-back-report.job";
import { reassessHosts } from "./compliance/reassess-hosts.job";
import { retractDeletedHosts } from "./compliance/retract-deleted-hosts.job";
import { sendReports } from "./compliance/send-reports.job";
import { sweep } from "./compliance/sweep.job";
import { deleteWaitingHosts } from "./hosts/delete-waiting-hosts.job";
import { moveWaitingHosts } from "./hosts/move-waiting-hosts.job";
import type { Job } from "./jobs/define-job";
import type { Schedule } from "./jobs/run-worker";
import { expireHosts } from "./hosts/expire-hosts.job";
import { checkHostPlaces } from "./hosts/check-host-places.job";
import { foldLabelTallies } from "./labels/fold-label-tallies.job";
import { recountLabels } from "./labels/recount-labels.job";
import { moveWaitingMembers } from "./labels/move-waiting-members.job";
import { removeOrphanMemberships } from "./labels/remove-orphan-memberships.job";
import { endWithheldPassesJob } from "./policies/end-withheld-passes.job";
import { foldPolicyTallies } from "./policies/fold-policy-tallies.job";
import { recountPolicies } from "./policies/recount-policies.job";
import { pruneActivityLog } from "./retention/prune-activities.job";
import { removeOrphanResults } from "./policies/remove-orphan-results.job";
import { emptyDeletedTeamJob, resumeTeamEmptying } from "./teams/empty-deleted-team.job";

/** Every job of the product; the worker refuses to know any other. */
export const jobs: Job[] = [
  reassessHosts as Job,
  retractDeletedHosts as Job,
  applyTeamSwitch as Job,
  sendReports as Job,
  checkReport as Job,
  checkReports as Job,
  readBackReport as Job,
  sweep as Job,
  heartbeat as Job,
  freshness as Job,
  connectTenant as Job,
  disconnectTenant as Job,
  checkConnection as Job,
  checkConnections as Job,
  checkCredentialExpiry as Job,
  wakeConnections as Job,
  endWithheldPassesJob as Job,
  emptyDeletedTeamJob as Job,
  resumeTeamEmptying as Job,
  foldPolicyTallies as Job,
  recountPolicies as Job,
  foldLabelTallies as Job,
  checkHostPlaces as Job,
  recountLabels as Job,
  moveWaitingHosts as Job,
  deleteWaitingHosts as Job,
  moveWaitingMembers as Job,
  removeOrphanResults as Job,
  removeOrphanMemberships as Job,
  sendInviteMail as Job,
  sendResetMail as Job,
  forgetExpired as Job,
  sweepSessions as Job,
  pruneHistory as Job,
  pruneActivityLog as Job,
  expireHosts as Job,
];

/** The jobs that the clock starts; times are UTC. */
export const schedules: Schedule[] = [
  { job: sweep, match: "* * * * *" },
  { job: freshness, match: "*/15 * * * *" },
  { job: wakeConnections, match: "* * * * *" },
  { job: checkConnections, match: "*/15 * * * *" },
  { job: endWithheldPassesJob, match: "7,22,37,52 * * * *" },
  { job: foldPolicyTallies, match: "* * * * *" },
  { job: recountPolicies, match: "40 2 * * *" },
  { job: foldLabelTallies, match: "* * * * *" },
  { job: recountLabels, match: "35 2 * * *" },
  { job: checkHostPlaces, match: "30 2 * * *" },
  { job: removeOrphanResults, match: "43 * * * *" },
  { job: removeOrphanMemberships, match: "47 * * * *" },
  { job: resumeTeamEmptying, match: "51 * * * *" },
  { job: forgetExpired, match: "*/10 * * * *" },
  { job: sweepSessions, match: "37 * * * *" },
  { job: checkCredentialExpiry, match: "20 6 * * *" },
  { job: pruneHistory, match: "10 2 * * *" },
  { job: pruneActivityLog, match: "5 2 * * *" },
  { job: expireHosts, match: "40 1 * * *" },
];
