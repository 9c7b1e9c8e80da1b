import type { Activity } from "./activity";

/** A piece of a sentence: words, or the name of a thing, with what leads to it while it exists. */
export type SentencePart = string | { name: string; kind: "policy" | "host" | "team" | "label" | "connection" | "plain"; id?: number };

type Details = Record<string, unknown>;
type Writer = (activity: Activity, details: Details) => SentencePart[];

const accessWords: Record<string, string> = { in: "let in", held: "blocked", unsure: "unknown", loose: "unmanaged" };
const causeWords: Record<string, string> = {
  policy_results: "after it answered its policies",
  identity_changed: "after its Entra identity changed",
  mdm_changed: "after its device management changed",
  gated_policies_changed: "after the policies that gate access changed",
  policy_edited: "after a policy was edited",
  policy_deleted: "after a policy was deleted",
  label_changed: "after its labels changed",
  team_switched: "after its team's gating changed",
  host_transferred: "after it moved to another team",
  exception_changed: "after an exception changed",
  connection_changed: "after the connection to Microsoft changed",
  staleness: "because it fell silent",
  grace_ended: "because its time to answer ran out",
};
const endWords: Record<string, string> = { leave: "Entra keeps the last answers", release: "everyone is let in", lock: "everyone is kept out" };

const writers: Record<string, Writer> = {
  created_team: (a, d) => ["made the team ", team(a, d)],
  edited_team: (a, d) => ["changed the team ", team(a, d), changed(d.changed)],
  deleted_team: (_, d) => ["deleted the team ", plain(text(d.team_name)), ...(count(d.hosts) ? [`; ${hosts(count(d.hosts))} fell to No team`] : [])],
  edited_enroll_secrets: (a, d) => ["changed the enroll secrets of ", d.team_id === null ? plain("all teams") : team(a, d)],
  created_policy: (a, d) => ["made the policy ", policy(a, d), ...forTeam(a, d)],
  edited_policy: (a, d) => [
    "edited the policy ",
    policy(a, d),
    changed(d.changed),
    ...(words(d.changed).some(asksAnew) ? ["; every host in scope is asked again"] : []),
  ],
  deleted_policy: (a, d) => ["deleted the policy ", plain(text(d.policy_name)), ...forTeam(a, d), ...(d.gated_access ? [", which gated access"] : [])],
  edited_conditional_access_policies: (a, d) => [...gatingChange(d), " for ", d.team_id === null ? plain("all teams") : team(a, d)],
  enabled_conditional_access_automations: (a, d) => [d.audit_only ? "began watching who would be blocked in " : "switched gating on for ", team(a, d)],
  disabled_conditional_access_automations: (a, d) => [
    "switched gating off for ",
    team(a, d),
    endWords[text(d.on_disable)] ? `; ${endWords[text(d.on_disable)]}` : "",
  ],
  created_label: (_, d) => ["made the label ", label(d)],
  edited_label: (_, d) => ["changed the label ", label(d), changed(d.changed)],
  deleted_label: (_, d) => ["deleted the label ", plain(text(d.label_name))],
  transferred_hosts: (a, d) => ["moved ", ...hostNames(a, d), " to ", d.team_id ? team(a, d) : plain("No team")],
  deleted_host: (a, d) => ["deleted the host ", plain(text(d.host_display_name) || `host ${a.hostId ?? ""}`)],
  requested_host_refetch: (a, d) => ["asked ", ...hostNames(a, d), " again"],
  fleet_enrolled: (a, d) => [host(a, d), " enrolled"],
  host_enrollment_refused: (a, d) => ["Refused an enrolment that names itself ", host(a, d)],
  resolved_identity_conflict: (a, d) => ["decided that the Entra device belongs to ", host(a, d)],
  ran_automation_conditional_access: (a, d) => ["Microsoft accepted that ", policy(a, d), " keeps ", host(a, d), " out"],
  host_compliance_changed: (a, d) => [
    host(a, d),
    ` went from ${accessWords[text(d.from)] ?? "new"} to ${accessWords[text(d.to)] ?? text(d.to)}`,
    ...because(d),
  ],
  host_compliance_report_failed: (a, d) => ["Microsoft didn't take the report about ", host(a, d), ...(text(d.code) ? [` (${text(d.code)})`] : [])],
  sent_host_compliance_now: (a, d) => ["told Microsoft about ", host(a, d), " again"],
  retried_host_compliance_report: (a, d) => ["retried the report about ", host(a, d)],
  host_compliance_report_recovered: (a, d) => ["Reports about ", host(a, d), " go through again"],
  host_entra_identity_changed: (a, d) => ["The Entra identity of ", host(a, d), " changed"],
  policy_query_at_fault: (a, d) => [
    policy(a, d),
    ` gets no answer from ${count(d.hosts_unknown)} of ${count(d.hosts_count)} hosts; its query is at fault, and nobody is blocked by it`,
  ],
  policy_query_healed: (a, d) => [policy(a, d), " gets answers again"],
  added_conditional_access_integration_microsoft: (_, d) => [
    d.provider === "audit_only" ? "connected in audit-only mode; Microsoft is told nothing" : "connected Microsoft Entra",
  ],
  deleted_conditional_access_integration_microsoft: () => ["disconnected Microsoft Entra"],
  entra_consent_started: (_, d) => ["asked for consent in the tenant ", plain(text(d.tenant_id))],
  entra_consent_completed: (_, d) => ["Consent was given in the tenant ", plain(text(d.tenant_id))],
  entra_consent_declined: (_, d) => ["Consent was declined in the tenant ", plain(text(d.tenant_id))],
  entra_credential_rotated: () => ["replaced the credential of the Entra connection"],
  entra_credential_expires_soon: () => ["The credential of the Entra connection expires soon"],
  entra_connection_degraded: (_, d) => ["The connection to Microsoft has trouble", ...(text(d.code) ? [` (${text(d.code)})`] : [])],
  entra_connection_recovered: () => ["The connection to Microsoft works again"],
  entra_disconnect_started: () => ["began to disconnect Microsoft Entra"],
  entra_resync_requested: () => ["Microsoft asked for everything to be told again"],
  entra_group_chosen: (_, d) => ["chose the group ", plain(text(d.group_name)), " for Entra's policy"],
  conditional_access_exception_granted: (a, d) => ["granted an exception to ", host(a, d), ...(text(d.reason) ? [`: “${text(d.reason)}”`] : [])],
  conditional_access_exception_revoked: (a, d) => ["took back the exception of ", host(a, d)],
  conditional_access_exception_expired: (a, d) => ["The exception of ", host(a, d), " ended"],
  user_logged_in: (_, d) => ["signed in", ...(text(d.directory_name) ? [" through ", plain(text(d.directory_name))] : [])],
  user_added_by_sso: (_, d) => ["was added at their first sign-in", ...(text(d.directory_name) ? [" through ", plain(text(d.directory_name))] : [])],
  linked_user_to_entra: () => ["was recognised in Entra for the first time; from now on their object id decides, not their mail address"],
  kept_last_global_admin: (_, d) => [
    plain(text(d.user_name) || text(d.user_email) || "a user"),
    " kept the role admin, which single sign-on would have taken: they are the last who can sign in",
  ],
  user_logged_out: () => ["signed out"],
  user_failed_login: (_, d) => [
    "Someone failed to sign in",
    ...(text(d.email) ? [" as ", plain(text(d.email))] : []),
    ...(text(d.public_ip) ? [` from ${text(d.public_ip)}`] : []),
    ...(text(d.reference) ? [` (reference ${text(d.reference)})`] : []),
    ...(text(d.reason) ? [`: ${passwordObstacles[text(d.reason)] ?? text(d.reason)}`] : []),
  ],
  added_sso_directory: (_, d) => ["added the directory ", directory(d), ", off until it was tried"],
  edited_sso_directory: (_, d) => [
    "changed the directory ",
    directory(d),
    changed(d.changed),
    ...(record(d.changed).enabled ? ["; it is off until it was tried again"] : []),
  ],
  enabled_sso_directory: (_, d) => ["switched sign-in through ", directory(d), " on"],
  disabled_sso_directory: (_, d) => ["switched sign-in through ", directory(d), " off"],
  deleted_sso_directory: (_, d) => ["deleted the directory ", directory(d)],
  tried_sso_directory: (_, d) => [
    "tried the directory ",
    directory(d),
    ...(d.status === "succeeded" ? [" as ", plain(text(d.email) || "somebody"), "; it works"] : ["; it failed"]),
    ...(text(d.reason) ? [`: ${text(d.reason)}`] : []),
  ],
  edited_saml_settings: (_, d) => ["changed how people sign in with SAML", changed(d.changed)],
  edited_sso_role_rules: (_, d) => ["changed which roles ", plain(text(d.directory_name) || "single sign-on"), " gives"],
  changed_password: () => ["changed their password"],
  reset_password: () => ["chose a new password by a one-time link"],
  asked_password_reset: (_, d) => ["Someone asked for a new password for ", plain(text(d.user_email))],
  issued_reset_link: (_, d) => ["A one-time link to a new password for ", plain(text(d.user_email)), " was made on the server’s console"],
  required_password_reset: (_, d) => [d.require === false ? "no longer asks " : "asked ", plain(text(d.user_email)), " for a new password"],
  created_invite: (_, d) => ["invited ", plain(text(d.invite_email))],
  edited_invite: (_, d) => ["changed the invite of ", plain(text(d.invite_email)), changed(d.changed)],
  resent_invite: (_, d) => ["sent the invite of ", plain(text(d.invite_email)), " again"],
  deleted_invite: (_, d) => ["took back the invite of ", plain(text(d.invite_email))],
  accepted_invite: (_, d) => ["accepted an invite", ...(text(d.invited_by) ? [" from ", plain(text(d.invited_by))] : [])],
  edited_mail_settings: (_, d) => ["changed how mail is sent", changed({ ...record(d.changed), ...(d.password_changed ? { password: true } : {}) })],
  sent_test_mail: (_, d) => ["sent a test mail to ", plain(text(d.to))],
  mail_failed: (_, d) => ["A mail to ", plain(text(d.to)), " couldn’t be sent", ...(text(d.reason) ? [`: ${text(d.reason)}`] : [])],
  created_user: (_, d) => [d.kind === "api_only" ? "made the API-only user " : d.kind === "sso" ? "made the SSO user " : "made the user ", user(d)],
  edited_user: (_, d) => ["changed the user ", user(d), changed(d.changed)],
  changed_user_password: (_, d) => ["gave ", user(d), " a new password", d.force_password_reset ? ", to be changed at the next sign-in" : ""],
  disabled_user: (_, d) => ["disabled the user ", user(d)],
  enabled_user: (_, d) => ["enabled the user ", user(d)],
  deleted_user: (_, d) => ["deleted the user ", user(d)],
  changed_user_global_role: (_, d) => ["made ", user(d), ` a global ${roleWord(d.role)}`],
  deleted_user_global_role: (_, d) => ["took the role of global ", `${roleWord(d.role)} from `, user(d)],
  changed_user_team_role: (a, d) => ["made ", user(d), ` ${roleWord(d.role)} of `, team(a, d)],
  deleted_user_team_role: (a, d) => ["took the role of ", `${roleWord(d.role)} of `, team(a, d), " from ", user(d)],
  created_api_token: (_, d) => ["made the API token ", plain(text(d.api_token_name)), ...forOwner(d)],
  revoked_api_token: (_, d) => ["revoked the API token ", plain(text(d.api_token_name)), ...forOwner(d)],
  ended_user_sessions: (_, d) => [
    count(d.sessions) === 1 ? "ended a session" : `ended ${count(d.sessions)} sessions`,
    ...forOwner(d),
    ...(count(d.api_tokens) ? [` and revoked ${count(d.api_tokens) === 1 ? "an API token" : `${count(d.api_tokens)} API tokens`}`] : []),
  ],
  exported_activities: (_, d) => ["exported activities", d.format === "csv" ? " as CSV" : " as JSON lines"],
  finished_setup: (_, d) => ["finished the first set-up", ...(text(d.organisation) ? [" of ", plain(text(d.organisation))] : [])],
  edited_organisation: (_, d) => ["changed the organisation's settings", changed(d.changed)],
  edited_agent_options: () => ["changed the agents' options"],
  edited_retention: (_, d) => ["changed how long history is kept", changed(d.changed)],
};

// Why a password opened nothing, by the code that the activity keeps.
const passwordObstacles: Record<string, string> = {
  unknown_user: "no user has this address",
  wrong_password: "the password was wrong",
  disabled: "the user is disabled",
  single_sign_on_only: "the user signs in by single sign-on",
  api_only: "the user is for programs",
  no_password: "the user has no password",
};

/** Every type that has a sentence of its own. */
export const knownActivityTypes = Object.keys(writers);

/** What happened, in words, without who did it. A sentence of the server's own may begin with the thing it is about. */
export function activitySentence(activity: Activity): SentencePart[] {
  const write = writers[activity.type];
  const parts = write ? write(activity, activity.details) : [activity.type.replaceAll("_", " ")];
  return parts.filter((part) => part !== "");
}

/** The sentence as plain text. */
export function sentenceText(parts: SentencePart[]): string {
  return parts.map((part) => (typeof part === "string" ? part : part.name)).join("");
}

function text(value: unknown): string {
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

function count(value: unknown): number {
  return typeof value === "number" ? value : Array.isArray(value) ? value.length : 0;
}

function words(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

function record(value: unknown): Details {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Details) : {};
}

// Whose token or session it is, when the one who acts isn't that person.
function forOwner(details: Details): SentencePart[] {
  return details.own === true ? [] : [" of ", plain(text(details.user_name) || text(details.user_email) || "a user")];
}

function user(details: Details): SentencePart {
  return plain(text(details.user_name) || text(details.user_email) || "a user");
}

function roleWord(role: unknown): string {
  return text(role) === "observer_plus" ? "observer+" : text(role) === "gitops" ? "GitOps" : text(role);
}

function directory(details: Details): SentencePart {
  return plain(text(details.directory_name) || "a directory");
}

function plain(name: string): SentencePart {
  return { name, kind: "plain" };
}

function team(activity: Activity, details: Details): SentencePart {
  if (activity.teamId === 0) return plain("No team");
  const name = text(details.team_name) || activity.teamName || "a team";
  return activity.teamName !== null && activity.teamId !== null ? { name, kind: "team", id: activity.teamId } : plain(name);
}

function forTeam(activity: Activity, details: Details): SentencePart[] {
  return details.team_id === -1 ? [" for all teams"] : [" in ", team(activity, details)];
}

function policy(activity: Activity, details: Details): SentencePart {
  const name = text(details.policy_name) || activity.policyName || `policy ${text(details.policy_id)}`;
  return activity.policyName !== null ? { name, kind: "policy", id: count(details.policy_id) } : plain(name);
}

function host(activity: Activity, details: Details): SentencePart {
  const name = text(details.host_display_name) || activity.hostName || `host ${activity.hostId ?? text(details.host_id)}`;
  return activity.hostName !== null && activity.hostId !== null ? { name, kind: "host", id: activity.hostId } : plain(name);
}

function label(details: Details): SentencePart {
  return { name: text(details.label_name), kind: "label", id: count(details.label_id) };
}

function hosts(number: number): string {
  return number === 1 ? "1 host" : `${number} hosts`;
}

function hostNames(activity: Activity, details: Details): SentencePart[] {
  const names = words(details.host_display_names);
  if (names.length <= 1)
    return [activity.hostId === null && names[0] ? plain(names[0]) : host(activity, { ...details, host_display_name: details.host_display_name ?? names[0] })];
  return [plain(names[0] as string), names.length === 2 ? " and 1 more host" : ` and ${names.length - 1} more hosts`];
}

function asksAnew(field: string): boolean {
  return field === "query" || field === "platform" || field === "labels";
}

const fieldWords: Record<string, string> = {
  email: "mail address",
  sso_enabled: "single sign-on",
  force_password_reset: "whether a new password is asked for",
  api_endpoints: "what it may call",
  conditionalAccessEnabled: "whether it gates access",
  auditOnly: "watching only",
  audit_only: "watching only",
  requireMdm: "which device management counts",
  staleAfterSeconds: "when a silent host counts as stale",
  unknownGraceSeconds: "the time to answer",
  onDisable: "what switching off does",
  connectionId: "its connection",
  critical: "whether it is critical",
  resolution: "how to fix it",
  enabled: "whether it is on",
  fromAddress: "the sender",
  userName: "the user name",
  transitionDays: "changes of access",
  reportDays: "reports to Microsoft",
  repeatDays: "daily repeats",
  activityDays: "activity",
  signInDays: "refused attempts",
  hostDays: "silent hosts",
};

// What changed: a list of fields, or each field with its value before and after.
function changed(given: unknown): string {
  const fields = Array.isArray(given) ? words(given) : Object.keys(record(given));
  if (fields.length === 0) return "";
  const named = fields.map((field) => fieldWords[field] ?? (field.split(".").at(-1) as string).replaceAll("_", " "));
  return ` (${named.join(", ")})`;
}

function gatingChange(details: Details): SentencePart[] {
  const before = policies(details.before);
  const after = policies(details.after);
  const added = after.filter(({ id }) => !before.some((row) => row.id === id));
  const removed = before.filter(({ id }) => !after.some((row) => row.id === id));
  const parts: SentencePart[] = [];
  if (added.length > 0) parts.push("made ", ...listed(added), " gate access");
  if (removed.length > 0) parts.push(added.length > 0 ? " and stopped " : "stopped ", ...listed(removed), " from gating access");
  return parts.length > 0 ? parts : ["looked at the policies that gate access"];
}

function policies(value: unknown): { id: number; name: string }[] {
  return Array.isArray(value) ? value.map((item) => ({ id: count(record(item).id), name: text(record(item).name) })) : [];
}

function listed(items: { id: number; name: string }[]): SentencePart[] {
  const shown = items
    .slice(0, 2)
    .flatMap(({ id, name }, index): SentencePart[] => [...(index > 0 ? [items.length === 2 ? " and " : ", "] : []), { name, kind: "policy", id }]);
  return items.length > 2 ? [...shown, ` and ${items.length - 2} more`] : shown;
}

function because(details: Details): SentencePart[] {
  const failed = (Array.isArray(details.reasons) ? details.reasons : [])
    .map(record)
    .filter((reason) => reason.code === "policy_failed" && text(reason.policyName));
  const first = failed[0];
  if (first)
    return [
      ": ",
      { name: text(first.policyName), kind: "policy", id: count(first.policyId) },
      failed.length > 1 ? ` and ${failed.length - 1} more fail` : " fails",
    ];
  const silent = (Array.isArray(details.reasons) ? details.reasons : [])
    .map(record)
    .find((reason) => reason.code === "policy_unknown" && text(reason.policyName));
  if (silent) return [": ", { name: text(silent.policyName), kind: "policy", id: count(silent.policyId) }, " has had no usable answer for too long"];
  const cause = causeWords[text(details.trigger)];
  return cause ? [`, ${cause}`] : [];
}
