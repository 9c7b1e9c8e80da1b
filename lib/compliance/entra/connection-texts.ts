import { describeCloud, type CloudProfile } from "./clouds";
import type { Connection } from "./connection";
import type { ConnectionErrorCode } from "./connection-state";
import { suggestedGroupName } from "./entra-groups";

/** What stands under a problem: a button of the page, or a link out of it. */
export type Remedy = "consent" | "retry" | "credential" | "group" | "start_again" | "public_url" | "audit_only" | "open_intune" | "open_entra";

/** A problem in an admin's words. In `fix`, parts between two asterisks are what to look for on Microsoft's pages. */
export interface ConnectionText {
  title: string;
  /** One sentence that says the whole, for REST, lists and activities. */
  sentence: string;
  /** Why, and what it means for access. */
  explanation: string;
  fix: string[];
  remedies: Remedy[];
}

type Facts = Pick<Connection, "cloud" | "tenantId" | "credentialKind" | "groupName" | "errorDetail" | "connectedAt">;
type Writer = (facts: Facts, profile: Pick<CloudProfile, "title">) => Omit<ConnectionText, "sentence"> & { sentence?: string };

const unchanged = "Nobody’s access changes meanwhile.";
const who = "A Global Administrator or Privileged Role Administrator has to.";
const waits = (facts: Facts) =>
  facts.connectedAt ? "Reports wait and go out in order; access stays as it was." : "Nothing has been told to Microsoft yet, so nobody’s access changes.";
const text = (value: unknown) => (typeof value === "string" ? value : "");
const list = (value: unknown) => (Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === "string") : []);
const credentialName = (facts: Facts) => (facts.credentialKind === "certificate" ? "certificate" : "client secret");

const writers: Record<ConnectionErrorCode, Writer> = {
  invalid_tenant: (_facts, { title }) => ({
    title: "Microsoft doesn’t know this tenant",
    explanation: `The ${title} cloud has no tenant with this id or domain. Nothing was sent and nothing changed.`,
    fix: ["In the Entra admin center, open *Overview* and copy the *Tenant ID*.", "Check that the right cloud is chosen: a tenant lives in exactly one."],
    remedies: ["start_again", "open_entra"],
  }),
  public_url_not_https: () => ({
    title: "Microsoft can’t send people to this server’s address",
    explanation:
      "Microsoft shows blocked people a page of this server, so its public address has to be https and a name that others can reach. Nothing was sent.",
    fix: ["In *Settings*, set the public address, for example https://flotilla.example.com.", "Come back here and connect."],
    remedies: ["public_url"],
  }),
  consent_declined: () => ({
    title: "Nobody gave consent",
    explanation: `${who} Nothing changed in the tenant.`,
    fix: [
      `Ask somebody who may consent: a *Global Administrator* or *Privileged Role Administrator* of the tenant.`,
      "Try again together, or let them sign in here and press the button.",
    ],
    remedies: ["consent"],
  }),
  state_invalid: () => ({
    title: "That way back from Microsoft wasn’t valid",
    explanation: "It was used before, is older than 15 minutes, or belongs to another person’s session. Nothing changed.",
    fix: ["Start the consent again from this page, in this browser."],
    remedies: ["consent"],
  }),
  tenant_mismatch: (facts) => {
    const got = text(facts.errorDetail.got);
    const expected = text(facts.errorDetail.expected) || facts.tenantId;
    return {
      title: "You signed in to another tenant",
      sentence: `You signed in to ${got || "another tenant"}, but this connection is for ${expected}. Sign out of Microsoft, then try again.`,
      explanation: `You signed in to ${got || "another directory"}, but this connection is for ${expected}. Nothing changed in either.`,
      fix: ["Sign out of Microsoft, or open this page in a private window.", `Try again and choose an account of tenant *${expected}*.`],
      remedies: ["consent"],
    };
  },
  consent_incomplete: (facts) => {
    const missing = list(facts.errorDetail.missing);
    const count =
      missing.length === 1 ? "One permission is missing" : missing.length > 1 ? `${missing.length} permissions are missing` : "Permissions are missing";
    return {
      title: count,
      sentence: `${count}: ${missing.join(", ") || "see the list"}. Give consent again.`,
      explanation: `The app signs in, but may not do all it has to. ${waits(facts)}`,
      fix: [
        missing.length > 0
          ? `In the app registration, open *API permissions* and add as application permissions: *${missing.join("*, *")}*.`
          : "In the app registration, open *API permissions* and compare with the list below.",
        "Give consent again. A permission that is added after consent doesn’t count until then.",
      ],
      remedies: ["consent", "open_entra"],
    };
  },
  app_not_in_tenant: (facts) => ({
    title: "The app isn’t in this tenant",
    explanation: `Consent was never given, was taken back, or this is another tenant than the one the app was added to. ${waits(facts)}`,
    fix: ["Give consent as an admin of this tenant.", "If the app registration lives in another tenant, check that it is *multi-tenant*."],
    remedies: ["consent"],
  }),
  credential_invalid: (facts) => ({
    title: `Microsoft doesn’t accept the ${credentialName(facts)}`,
    explanation: `${waits(facts)} ${facts.credentialKind === "certificate" ? "The certificate isn’t on the app registration, or this server’s clock is wrong." : "Often the secret’s id was pasted instead of its value."}`,
    fix:
      facts.credentialKind === "certificate"
        ? [
            "In the app registration, open *Certificates & secrets* and compare the thumbprint.",
            "Check this server’s clock.",
            "Add the certificate there, or another one here.",
          ]
        : ["In the app registration, open *Certificates & secrets* and make a new client secret.", "Copy its *Value*, not its id, and add it here."],
    remedies: ["credential", "open_entra"],
  }),
  credential_expired: (facts) => ({
    title: `The ${credentialName(facts)} has expired`,
    explanation: waits(facts),
    fix: ["In the app registration, open *Certificates & secrets* and make a new one.", "Add it here. What waited goes out by itself."],
    remedies: ["credential", "open_entra"],
  }),
  intune_missing: () => ({
    title: "This tenant has no Intune",
    explanation: `Reports about Macs go through Intune, and the people whose Macs are reported need an Intune licence. ${unchanged}`,
    fix: [
      "In the Microsoft 365 admin center, add a licence that includes *Intune* and give it to these people.",
      "Try again. A new licence can take an hour to arrive.",
    ],
    remedies: ["retry", "audit_only"],
  }),
  partner_endpoints_missing: (facts) => ({
    title: "Intune doesn’t list one of its partner services",
    explanation: `${text(facts.errorDetail.service) || "A service"} is missing in this tenant. That is Microsoft’s to mend. ${unchanged}`,
    fix: [
      "Wait an hour if Intune was added today: its services appear one after another.",
      "Then try again. If it stays, give Microsoft support the details below.",
    ],
    remedies: ["retry"],
  }),
  partner_endpoint_untrusted: (_facts, { title }) => ({
    title: "Intune’s list names an address we don’t trust",
    explanation: `The address is outside the ${title} cloud, so no token was sent there. ${unchanged}`,
    fix: ["Check that the right cloud is chosen for this tenant.", "If it is, give Microsoft support the details below before you go on."],
    remedies: ["retry", "start_again"],
  }),
  partner_not_added: () => ({
    title: "Intune hasn’t added Flotilla as a partner for macOS",
    explanation:
      "Microsoft answered, but created nothing. That is what it does until someone adds the partner in Intune. Nothing else is wrong, and the steps before stay done.",
    fix: [
      "In Intune, open *Tenant administration* › *Connectors and tokens* › *Partner compliance management*.",
      `Choose *Add compliance partner*, pick the partner and *macOS*, and assign the group *${suggestedGroupName}*.`,
      "It shows *Pending activation*. Come back and try again. Microsoft needs up to 5 minutes.",
    ],
    remedies: ["open_intune", "retry", "audit_only"],
  }),
  partner_not_approved: () => ({
    title: "Microsoft refused us as a partner",
    explanation: `Only partners that Microsoft has listed can report Macs, and this app isn’t one of them. ${unchanged}`,
    fix: [
      "Use the credentials of an app that Microsoft has listed as a device compliance partner.",
      "Or use audit only: verdicts are reached and kept, none is sent.",
    ],
    remedies: ["audit_only", "credential", "retry"],
  }),
  partner_terminated: (facts) => ({
    title: "The partnership was ended in Intune",
    explanation: `An admin of the tenant removed or rejected the partner (Intune says “${text(facts.errorDetail.partnerState) || "terminated"}”). ${waits(facts)}`,
    fix: [
      "In Intune, open *Tenant administration* › *Connectors and tokens* › *Partner compliance management*.",
      "Add the partner for *macOS* again, or disconnect here.",
    ],
    remedies: ["open_intune", "retry"],
  }),
  partner_unresponsive: () => ({
    title: "Intune says it hasn’t heard from us",
    explanation: "Our sign of life didn’t arrive for a while. Reports still go out, and access stays as it was. It is sent again every 6 hours.",
    fix: ["Test the connection.", "If the test passes, wait for the next sign of life."],
    remedies: ["retry"],
  }),
  group_not_found: (facts) => ({
    title: "Which people does it cover?",
    sentence: facts.groupName
      ? `The group ${facts.groupName} isn’t in this tenant any more. Choose another.`
      : `No security group is named “${suggestedGroupName}”. Choose one.`,
    explanation: facts.groupName
      ? `The group ${facts.groupName} isn’t in this tenant any more. ${unchanged}`
      : `No security group of this tenant is named “${suggestedGroupName}”. Choose the group whose people’s Macs are reported; it has to be the one that Intune gives to the partner.`,
    fix: ["Choose the group below, or make one in Entra and look again."],
    remedies: ["group", "open_entra"],
  }),
  group_ambiguous: () => ({
    title: `Several groups are named “${suggestedGroupName}”`,
    explanation: "We won’t guess which people to cover. Nothing changed.",
    fix: ["Choose one below. Their ids tell them apart."],
    remedies: ["group"],
  }),
  provision_rejected: (facts) => ({
    title: "Microsoft didn’t take the tenant on",
    explanation: `It answered: ${text(facts.errorDetail.errorDetail) || "not provisioned, without a reason"}. ${unchanged}`,
    fix: [
      "In Intune, check under *Partner compliance management* that the partner is there and not terminated.",
      "Try again. If it stays, give Microsoft support the request id below.",
    ],
    remedies: ["retry", "open_intune"],
  }),
  assign_failed: () => ({
    title: "The policy couldn’t be given to the group",
    explanation: `Microsoft created the policy, but didn’t assign it. ${unchanged} We try again by ourselves.`,
    fix: ["Wait for the next try, or choose another group."],
    remedies: ["retry", "group"],
  }),
  unexpected_partner_response: () => ({
    title: "Microsoft answered something we can’t read",
    explanation: `The call seems to have worked, but the answer isn’t the one it should be. ${unchanged} We try again by ourselves.`,
    fix: ["Wait for the next try.", "If it stays, give Microsoft support the details below."],
    remedies: ["retry"],
  }),
  throttled: (facts) => ({
    title: "Microsoft asked us to slow down",
    explanation: `Too many calls reached it for this tenant. ${waits(facts)} We go on at the time it named.`,
    fix: ["Nothing for you to do."],
    remedies: ["retry"],
  }),
  microsoft_unavailable: (facts) => ({
    title: "Microsoft doesn’t answer",
    explanation: `${waits(facts)} We try again by ourselves.`,
    fix: ["Nothing for you to do, unless this server can’t reach the internet: check its proxy and DNS."],
    remedies: ["retry"],
  }),
  microsoft_refused: (facts) => ({
    title: "Microsoft refused a call",
    explanation: `It didn’t say why in a way we know. ${waits(facts)}`,
    fix: [
      "Test the connection: it names the permission or the part that is missing.",
      "If it passes, try again, and give Microsoft support the details below.",
    ],
    remedies: ["retry", "consent"],
  }),
};

/** The words for an error code of a connection, with the facts of that connection in them. */
export function connectionText(code: string, facts: Facts): ConnectionText {
  const writer = writers[code as ConnectionErrorCode];
  const profile = describeCloud(facts.cloud);
  if (!writer)
    return {
      title: "Something is wrong",
      sentence: `Something is wrong (${code}).`,
      explanation: unchanged,
      fix: ["Test the connection."],
      remedies: ["retry"],
    };
  const written = writer(facts, profile);
  return { ...written, sentence: written.sentence ?? `${written.title}. ${written.fix[0]?.replaceAll("*", "") ?? ""}`.trim() };
}
