import type { SeededIds, SeededPeople } from "./seed/seed-stack";

/** A page as a visitor opens it. */
export interface VisitedPage {
  name: string;
  path: string;
  /** For somebody who isn't signed in. */
  open?: boolean;
  /** For somebody who is signed in and kept at this page; others are led away from it. */
  session?: keyof SeededPeople["sessions"];
  /** Built of the same parts as another one of the list, with other data. */
  alike?: boolean;
}

/** Every page there is, filled with the seed's people and Macs. */
export function everyPage({ hosts, hostIds, policies, teams, deviceTokens, people }: SeededIds): VisitedPage[] {
  const engineering = teams.Engineering;
  const [policyId] = Object.values(policies);
  return [
    { name: "overview", path: "/" },
    { name: "overview-of-a-team", path: `/?team_id=${engineering}`, alike: true },
    { name: "hosts", path: "/hosts" },
    { name: "hosts-blocked", path: "/hosts?access=held", alike: true },
    { name: "hosts-nothing-found", path: "/hosts?q=nobody-is-called-so" },
    { name: "add-hosts", path: "/hosts?add=1" },
    { name: "host-blocked", path: `/hosts/${hosts["FIN-MBA-0117"]}` },
    { name: "host-let-in", path: `/hosts/${hostIds.in}`, alike: true },
    { name: "host-unmanaged", path: `/hosts/${hostIds.loose}`, alike: true },
    { name: "host-policies", path: `/hosts/${hosts["FIN-MBA-0117"]}?tab=policies` },
    { name: "host-details", path: `/hosts/${hosts["FIN-MBA-0117"]}?tab=details` },
    { name: "host-activity", path: `/hosts/${hosts["FIN-MBA-0117"]}?tab=activity` },
    { name: "policies", path: "/policies" },
    { name: "policies-of-a-team", path: `/policies?team_id=${teams.Finance}` },
    { name: "gate-access", path: `/policies?team_id=${engineering}&gate=open` },
    { name: "policy", path: `/policies/${policyId}` },
    { name: "policy-new", path: "/policies/new" },
    { name: "labels", path: "/labels" },
    { name: "label", path: "/labels/1" },
    { name: "label-new", path: "/labels/new" },
    { name: "activity", path: "/activities" },
    { name: "account", path: "/account" },
    { name: "settings", path: "/settings" },
    { name: "settings-organisation", path: "/settings/organisation" },
    { name: "settings-retention", path: "/settings/retention" },
    { name: "settings-health", path: "/settings/health" },
    { name: "settings-conditional-access", path: "/settings/integrations/conditional-access" },
    ...peoplePages(people),
    { name: "not-found", path: "/hosts/999999999" },
    { name: "enroll", path: "/microsoft-compliance-partner/enroll", open: true },
    { name: "remediate", path: "/microsoft-compliance-partner/remediate", open: true },
    { name: "device-how-to-open", path: "/device", open: true },
    { name: "device-two-to-fix", path: `/device/${deviceTokens.held}`, open: true },
    { name: "device-one-to-fix", path: `/device/${deviceTokens.one}`, open: true, alike: true },
    { name: "device-unmanaged", path: `/device/${deviceTokens.loose}`, open: true },
    { name: "device-fine", path: `/device/${deviceTokens.in}`, open: true },
    { name: "device-old-link", path: "/device/a-link-that-ended-long-ago", open: true },
  ];
}

/** The cookie of somebody whom a page keeps waiting, for a browser context to take. */
export function sessionCookie({ people }: SeededIds, whose: keyof SeededPeople["sessions"], baseURL = ""): { name: string; value: string; url: string } {
  return { name: "flotilla_session", value: people.sessions[whose], url: baseURL };
}

const sso = "/settings/integrations/single-sign-on";

/** Users and their ways in, with everything that the sign-in page can say. */
function peoplePages({ users, directories, tokens }: SeededPeople): VisitedPage[] {
  const refused = ["org_disabled", "account_invalid", "account_disabled", "error", "too_many_attempts"];
  return [
    { name: "users", path: "/users" },
    { name: "users-nobody-found", path: "/users?q=nobody-is-called-so", alike: true },
    { name: "users-second-page", path: "/users?page=1&sort=seen&dir=desc", alike: true },
    { name: "user-new", path: "/users/new" },
    { name: "user-new-password", path: "/users/new?kind=password" },
    { name: "user-new-api", path: "/users/new?kind=api" },
    { name: "user", path: `/users/${users.long}` },
    { name: "user-oneself", path: `/users/${users.admin}` },
    { name: "user-disabled", path: `/users/${users.disabled}`, alike: true },
    { name: "user-api-only", path: `/users/${users.program}` },
    { name: "invites", path: "/users/invites" },
    { name: "activity-of-sign-ins", path: "/activities?about=sign_in&days=30", alike: true },
    { name: "settings-integrations", path: "/settings/integrations" },
    { name: "settings-mail", path: "/settings/mail" },
    { name: "settings-single-sign-on", path: sso },
    { name: "directory-new", path: `${sso}/directories/new` },
    { name: "directory-on", path: `${sso}/directories/${directories.on}` },
    { name: "directory-draft", path: `${sso}/directories/${directories.draft}` },
    { name: "directory-tried", path: `/sso-trial/${directories.on}` },
    { name: "sign-in", path: "/sign-in", open: true },
    { name: "sign-in-password", path: "/sign-in?way=password", open: true },
    ...refused.map((status, index) => ({ name: `sign-in-${status}`, path: `/sign-in?status=${status}&ref=K7TQ3NXA`, open: true, alike: index > 0 })),
    { name: "no-access", path: "/no-access", open: true, session: "roleless" },
    { name: "forgot-password", path: "/forgot-password", open: true },
    { name: "reset-password", path: `/reset-password?token=${tokens.reset}`, open: true },
    { name: "reset-password-spent", path: "/reset-password", open: true },
    { name: "required-password-reset", path: "/required-password-reset", open: true, session: "waiting" },
    { name: "accept-invite", path: `/accept-invite?token=${tokens.invite}`, open: true },
    { name: "accept-invite-sso", path: `/accept-invite?token=${tokens.ssoInvite}`, open: true, alike: true },
    { name: "accept-invite-spent", path: "/accept-invite?token=used-long-ago", open: true },
    { name: "accept-invite-joined", path: "/accept-invite?joined=password", open: true },
  ];
}
