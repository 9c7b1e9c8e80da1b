import type { GrowthKind } from "@/lib/retention/growth-queries";
import type { Retention } from "@/lib/retention/retention";

/** What each kind of rows is, as the table names it. */
export const kindWords: Record<GrowthKind, { name: string; note: string; keys: (keyof Retention)[] }> = {
  transitions: { name: "Changes of access", note: "Who was let in or blocked, when and why", keys: ["transitionDays"] },
  reports: { name: "Reports to Microsoft", note: "What was sent, with each step and Microsoft’s ids", keys: ["reportDays"] },
  activities: { name: "Activity", note: "What people and the server did", keys: ["activityDays"] },
  present: { name: "Hosts and their answers", note: "What is true now; grows with hosts and policies, not with time", keys: [] },
  rest: { name: "Everything else", note: "Policies, users, jobs and the database’s own tables", keys: [] },
};

/** How each period is asked for: `lost` names what goes, one and many, and says what is gone with it. */
export const periodFields: { key: keyof Retention; label: string; help: string; lost: [one: string, many: string] }[] = [
  {
    key: "transitionDays",
    label: "Changes of access, in days",
    help: "0 keeps them for ever. They are the record of who could sign in when; a host’s last change always stays.",
    lost: ["change of access", "changes of access"],
  },
  {
    key: "reportDays",
    label: "Reports to Microsoft, in days",
    help: "0 keeps them for ever. What Microsoft accepted last about a device always stays. Without its report, a change can’t be proved by Microsoft’s ids.",
    lost: ["report to Microsoft", "reports to Microsoft"],
  },
  {
    key: "repeatDays",
    label: "Daily repeats of a report, in days",
    help: "Every device is told again once a day, in case somebody changed it in Entra. These are most of all reports, and say nothing new.",
    lost: ["daily repeat", "daily repeats"],
  },
  {
    key: "activityDays",
    label: "Activity, in days",
    help: "0 keeps it for ever. It is the audit log: what is gone can’t be looked up or exported any more.",
    lost: ["activity", "activities"],
  },
  {
    key: "signInDays",
    label: "Refused sign-ins and enrolments, in days",
    help: "0 keeps them as long as other activity. Anyone on the network can cause these.",
    lost: ["refused attempt", "refused attempts"],
  },
  {
    key: "hostDays",
    label: "Delete hosts that weren’t heard of, in days",
    help: "0 never deletes one. Microsoft is told that a deleted host isn’t managed, so its person is kept out until it enrols again. A night deletes 5 % of all hosts at most, or 20 of a small fleet.",
    lost: ["host", "hosts"],
  },
];

/** A period in words. */
export function periodWords(days: number): string {
  return days === 0 ? "For ever" : days === 1 ? "1 day" : `${days.toLocaleString("en")} days`;
}

/** A size in gigabytes, or in megabytes while that is under a tenth of one. */
export function sizeWords(bytes: number): string {
  if (bytes >= 1e8) return `${(bytes / 1e9).toFixed(1)} GB`;
  return bytes >= 1e5 ? `${(bytes / 1e6).toFixed(1)} MB` : "under 0.1 MB";
}
