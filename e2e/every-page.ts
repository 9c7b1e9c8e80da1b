import type { SeededIds } from "./seed/seed-stack";

/** A page as a visitor opens it. */
export interface VisitedPage {
  name: string;
  path: string;
  /** For somebody who isn't signed in. */
  open?: boolean;
  /** Built of the same parts as another one of the list, with other data. */
  alike?: boolean;
}

/** Every page there is, filled with the seed's people and Macs. */
export function everyPage({ hosts, hostIds, policies, teams, deviceTokens }: SeededIds): VisitedPage[] {
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
    { name: "settings-mail", path: "/settings/mail" },
    { name: "invites", path: "/users/invites" },
    { name: "settings-conditional-access", path: "/settings/integrations/conditional-access" },
    { name: "not-found", path: "/hosts/999999999" },
    { name: "sign-in", path: "/sign-in", open: true },
    { name: "forgot-password", path: "/forgot-password", open: true },
    { name: "reset-password", path: "/reset-password?token=a-link-that-nobody-made", open: true },
    { name: "accept-invite-ended", path: "/accept-invite?token=a-link-that-nobody-made", open: true },
    { name: "no-access", path: "/no-access", open: true },
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
