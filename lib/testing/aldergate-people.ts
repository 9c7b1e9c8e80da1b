import type { AccessState } from "./scenarios";

/** A host of the scenario that is told apart by its story. Times are minutes before now. */
export interface NotableHost {
  name: string;
  person: string;
  team: string;
  state: AccessState;
  /** Names of policies that fail (held) or wait for an answer (unsure), or a reason's code. */
  because: string[];
  changedMinutesAgo: number;
  seenSecondsAgo: number;
  osVersion?: string;
  model?: string;
  report: "confirmed" | "completed" | "uploading" | "queued" | "submitted" | "mismatch" | "failed" | "attention" | "none";
}

export const policyNames = {
  macos: "macOS is 15.4.1 or newer",
  fileVault: "Disk encryption is on (FileVault)",
  firewall: "Firewall is on",
  screen: "Screen locks within 5 minutes",
  xprotect: "XProtect is newer than 21 days",
  gatekeeper: "Gatekeeper allows only notarised apps",
  sip: "System integrity protection is on",
  sentinel: "Endpoint agent from Sentinel is running",
  remote: "No unapproved remote-control software is running",
  chrome: "Chrome is updated within 7 days of a security release",
  updates: "Automatic updates are on",
  guest: "Guest account is disabled",
};

const p = policyNames;

/** The hosts with a story: every access state, every state of a report, long names and accents. */
export const notableHosts: NotableHost[] = [
  {
    name: "Amélie’s MacBook Pro 16-inch (Design Systems loaner, Antwerp)",
    person: "Amélie Vandenbroucke-Okonkwo",
    team: "Design",
    state: "held",
    because: [p.fileVault],
    changedMinutesAgo: 0.2,
    seenSecondsAgo: 12,
    report: "uploading",
  },
  {
    name: "mbp-tkowalczyk-03",
    person: "Tomasz Kowalczyk",
    team: "Engineering",
    state: "held",
    because: [p.macos],
    changedMinutesAgo: 318,
    seenSecondsAgo: 4,
    osVersion: "15.3.2",
    report: "confirmed",
  },
  {
    name: "FIN-MBA-0117",
    person: "Margarethe von Hohenstein-Brandt",
    team: "Finance",
    state: "held",
    because: [p.firewall, p.screen],
    changedMinutesAgo: 362,
    seenSecondsAgo: 9,
    report: "confirmed",
  },
  {
    name: "Yusuf’s MacBook Air",
    person: "Yusuf Demirtaş",
    team: "Sales",
    state: "held",
    because: [p.screen],
    changedMinutesAgo: 580,
    seenSecondsAgo: 7,
    report: "completed",
  },
  {
    name: "eng-build-mac-studio-lab-rack-2-lower",
    person: "Shared, Platform Engineering",
    team: "Engineering",
    state: "held",
    because: [p.xprotect],
    changedMinutesAgo: 1620,
    seenSecondsAgo: 62,
    osVersion: "15.4",
    model: "Mac14,14",
    report: "mismatch",
  },
  {
    name: "C02XQ1LKJHD3",
    person: "Priyanka Raghunathan",
    team: "Engineering",
    state: "held",
    because: [p.fileVault],
    changedMinutesAgo: 1800,
    seenSecondsAgo: 15,
    report: "confirmed",
  },
  {
    name: "mba-oconnell",
    person: "Niamh O’Connell",
    team: "Sales",
    state: "held",
    because: ["stale"],
    changedMinutesAgo: 1980,
    seenSecondsAgo: 8 * 86_400,
    report: "confirmed",
  },
  {
    name: "mbp-szabo-legal",
    person: "Krisztián Szabó-Ferenczi",
    team: "Legal & Compliance (EMEA)",
    state: "held",
    because: [p.macos],
    changedMinutesAgo: 2940,
    seenSecondsAgo: 3,
    osVersion: "15.2",
    report: "confirmed",
  },
  {
    name: "mbp-ferraro",
    person: "Ludovica Ferraro",
    team: "Design",
    state: "held",
    because: [p.macos],
    changedMinutesAgo: 4300,
    seenSecondsAgo: 40,
    osVersion: "15.3.1",
    report: "attention",
  },
  {
    name: "mbp-nguyen-04",
    person: "Nguyễn Thị Minh Khai",
    team: "Engineering",
    state: "held",
    because: [p.fileVault],
    changedMinutesAgo: 45,
    seenSecondsAgo: 6,
    report: "failed",
  },
  {
    name: "mba-zhang-wei",
    person: "Zhang Wei",
    team: "Finance",
    state: "held",
    because: [p.macos],
    changedMinutesAgo: 8700,
    seenSecondsAgo: 2,
    osVersion: "14.7.5",
    report: "confirmed",
  },
  { name: "C02ZL0QHMD6T", person: "", team: "No team", state: "unsure", because: ["not_registered"], changedMinutesAgo: 90, seenSecondsAgo: 2, report: "none" },
  {
    name: "mba-lindqvist-2",
    person: "Åsa Lindqvist",
    team: "Finance",
    state: "unsure",
    because: [p.remote],
    changedMinutesAgo: 38,
    seenSecondsAgo: 38,
    report: "none",
  },
  {
    name: "mba-sgreen",
    person: "Saoirse Green",
    team: "Sales",
    state: "loose",
    because: ["mdm_off"],
    changedMinutesAgo: 165,
    seenSecondsAgo: 3 * 3600,
    osVersion: "14.7.5",
    report: "confirmed",
  },
  {
    name: "Meeting room Zeebrugge, Mac mini",
    person: "Shared, Workplace",
    team: "No team",
    state: "loose",
    because: ["mdm_off"],
    changedMinutesAgo: 7000,
    seenSecondsAgo: 11,
    osVersion: "15.3",
    model: "Mac16,10",
    report: "confirmed",
  },
  {
    name: "mbp-nakamura-hanako",
    person: "Hanako Nakamura",
    team: "Engineering",
    state: "in",
    because: ["all_pass"],
    changedMinutesAgo: 394,
    seenSecondsAgo: 1,
    report: "confirmed",
  },
  {
    name: "mbp-oduya-ceo",
    person: "Folasade Oduya",
    team: "Executive",
    state: "in",
    because: ["exception"],
    changedMinutesAgo: 5900,
    seenSecondsAgo: 6,
    osVersion: "15.3.2",
    report: "confirmed",
  },
  {
    name: "Jean-Baptiste’s MacBook Pro",
    person: "Jean-Baptiste de la Fontaine-Delacroix",
    team: "Legal & Compliance (EMEA)",
    state: "in",
    because: ["all_pass"],
    changedMinutesAgo: 500,
    seenSecondsAgo: 14,
    report: "submitted",
  },
  {
    name: "mbp-haddad",
    person: "Omar Haddad",
    team: "Engineering",
    state: "in",
    because: ["all_pass"],
    changedMinutesAgo: 0.1,
    seenSecondsAgo: 5,
    report: "queued",
  },
];

/** Teams and how many of the 431 hosts each holds. */
export const teamSizes: [string, number][] = [
  ["Engineering", 182],
  ["Design", 48],
  ["Finance", 52],
  ["Sales", 66],
  ["Legal & Compliance (EMEA)", 28],
  ["Executive", 9],
  ["No team", 46],
];

const given =
  "Ada,Bojan,Chiara,Dagný,Elif,François,Gaëlle,Håkon,Ioana,João,Katarzyna,Łukasz,Mátyás,Núria,Oisín,Pavlína,Quentin,Rūta,Şebnem,Théo,Ulrike,Věra,Wiremu,Ximena,Yngve,Zoë".split(
    ",",
  );
const family =
  "Almeida,Baumgartner,Češka,Dubois,Eriksen,Fernández,Grünwald,Horváth,Ibáñez,Jørgensen,Kovačević,Lefèvre,Müller,Novák,Ó Briain,Popescu,Quiroga,Rønning,Śliwiński,Tóth,Ünal,Vasquez,Wójcik,Yıldız,Zapatero".split(
    ",",
  );

/** The i-th person of the scenario; never the same twice in 650. */
export function personAt(i: number): string {
  return `${given[i % given.length]} ${family[(i * 7 + Math.floor(i / given.length)) % family.length]}`;
}

/** A person's user principal name at Aldergate Research. */
export function principalOf(person: string): string {
  const plain = person
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replaceAll("ł", "l")
    .replaceAll("Ł", "L")
    .replaceAll("ø", "o")
    .replaceAll("ı", "i")
    .toLowerCase();
  return `${plain.replace(/[^a-z]+/g, ".").replace(/^\.|\.$/g, "")}@aldergate.example`;
}
