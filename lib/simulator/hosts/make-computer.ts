import type { App, AgentKind, Computer, ComputerIdentity, ComputerPlatform, Person } from "./computer";
import { COMPANY_PORTAL } from "./computer";
import { FIRST_NAMES, LAST_NAMES, plainName } from "./people-names";
import { createRandom, type SeededRandom } from "./seeded-random";

/** How a fleet is put together. Probabilities are 0 to 1; `*Share` are parts of the fleet. */
export interface ComputerOptions {
  seed: string | number;
  tenantId: string;
  /** Domain of the sign-in names, for example `contoso.example`. */
  upnDomain: string;
  windowsShare: number;
  linuxShare: number;
  /** Part of the Macs that run fleetd; the rest run plain osqueryd with its extension. */
  orbitProb: number;
  /** Part of the plain ones that lack even the extension. */
  bareOsqueryShare: number;
  entraRegisteredProb: number;
  /** Part of the fleet that starts with encryption, firewall, screen lock and the rest as they should be; the others lack one each. */
  healthyProb: number;
  mdmProb: number;
  softwareCount: number;
  /** 10 % without and 5 % with the serial "-1", as fleets with virtual machines have; null keeps every serial whole. */
  oddSerials: boolean;
}

export const COMPUTER_DEFAULTS: Omit<ComputerOptions, "tenantId"> = {
  seed: 1,
  upnDomain: "contoso.example",
  windowsShare: 0,
  linuxShare: 0,
  orbitProb: 1,
  bareOsqueryShare: 0,
  entraRegisteredProb: 1,
  healthyProb: 1,
  mdmProb: 1,
  softwareCount: 18,
  oddSerials: false,
};

const MAC_MODELS = [
  { model: "Mac15,6", label: "MacBook Pro", cpu: "Apple M3 Pro", cores: 12, memoryGib: 36 },
  { model: "Mac15,12", label: "MacBook Air", cpu: "Apple M3", cores: 8, memoryGib: 16 },
  { model: "Mac16,1", label: "MacBook Pro", cpu: "Apple M4", cores: 10, memoryGib: 24 },
  { model: "Mac14,2", label: "MacBook Air", cpu: "Apple M2", cores: 8, memoryGib: 8 },
  { model: "Mac16,10", label: "Mac mini", cpu: "Apple M4", cores: 10, memoryGib: 16 },
] as const;

const MAC_APPS: readonly [App, ...App[]] = [
  app("Safari.app", "com.apple.Safari", "18.5"),
  app("Mail.app", "com.apple.mail", "16.0"),
  app("Terminal.app", "com.apple.Terminal", "2.14"),
  app("Google Chrome.app", "com.google.Chrome", "138.0.7204.101"),
  app("Microsoft Teams.app", "com.microsoft.teams2", "25163.3001"),
  app("Microsoft Outlook.app", "com.microsoft.Outlook", "16.98"),
  app("Microsoft Excel.app", "com.microsoft.Excel", "16.98"),
  app("Slack.app", "com.tinyspeck.slackmacgap", "4.44.60"),
  app("zoom.us.app", "us.zoom.xos", "6.5.1"),
  app("Visual Studio Code.app", "com.microsoft.VSCode", "1.102.1"),
  app("Figma.app", "com.figma.Desktop", "125.5.6"),
  app("Docker.app", "com.docker.docker", "4.43.1"),
  app("iTerm.app", "com.googlecode.iterm2", "3.5.14"),
  app("1Password.app", "com.1password.1password", "8.10.82"),
  app("Firefox.app", "org.mozilla.firefox", "140.0.4"),
  app("Keynote.app", "com.apple.iWork.Keynote", "14.4"),
  app("VLC.app", "org.videolan.vlc", "3.0.21"),
  app("Rectangle.app", "com.knollsoft.Rectangle", "0.88"),
  app("Spotify.app", "com.spotify.client", "1.2.67"),
  app("Notion.app", "notion.id", "4.15.3"),
  app("Postman.app", "com.postmanlabs.mac", "11.53.0"),
  app("Obsidian.app", "md.obsidian", "1.8.10"),
];

function app(name: string, bundleIdentifier: string, version: string): App {
  return { name, bundleIdentifier, version };
}

/** One computer with its owner, the same for the same seed and number. `now` only places the time it was switched on. */
export function makeComputer(options: ComputerOptions, index: number, now: number): Computer {
  const random = createRandom(options.seed, index, "computer");
  const platform = choosePlatform(options, random);
  const agent = chooseAgent(options, platform, random);
  const owner = makePerson(options, index, random);
  const identity = makeIdentity(options, index, platform, agent, owner, random);
  const healthy = random.chance(options.healthyProb);
  const lacks = healthy ? null : random.pick(["fileVault", "firewall", "gatekeeper", "screenLock"]);
  const registered = platform !== "ubuntu" && agent !== "osquery" && random.chance(options.entraRegisteredProb);
  return {
    index,
    identity,
    bootedAt: now - random.integer(600, 1_200_000) * 1000,
    state: {
      fileVault: lacks !== "fileVault",
      firewall: lacks !== "firewall",
      gatekeeper: lacks !== "gatekeeper",
      screenLock: lacks !== "screenLock",
      systemIntegrity: true,
      mdm: random.chance(options.mdmProb),
      agentOnline: true,
      osVersion: platform === "darwin" ? random.pick(["15.5", "15.6.1", "26.0", "14.7.6"]) : platform === "windows" ? "10.0.26100.4061" : "22.04.5",
      signedInUser: owner.username,
      apps: chooseApps(options, platform, random),
      platformSso: { deviceId: random.uuid(), upn: owner.upn, state: registered ? "registered" : "not_registered" },
      brokenTables: [],
    },
  };
}

function choosePlatform({ windowsShare, linuxShare }: ComputerOptions, random: SeededRandom): ComputerPlatform {
  const draw = random.next();
  return draw < windowsShare ? "windows" : draw < windowsShare + linuxShare ? "ubuntu" : "darwin";
}

function chooseAgent({ orbitProb, bareOsqueryShare }: ComputerOptions, platform: ComputerPlatform, random: SeededRandom): AgentKind {
  const orbit = random.chance(orbitProb);
  const bare = random.chance(bareOsqueryShare);
  if (orbit) return "fleetd";
  return bare || platform !== "darwin" ? "osquery" : "osquery_extension";
}

function makePerson({ upnDomain }: ComputerOptions, index: number, random: SeededRandom): Person {
  const first = random.pick(FIRST_NAMES);
  const last = random.pick(LAST_NAMES);
  const username = plainName(first).slice(0, 12);
  // the number keeps sign-in names apart when two people share a name
  const upn = `${plainName(first)}.${plainName(last)}${index === 0 ? "" : String(index + 1)}@${upnDomain}`;
  return { fullName: `${first} ${last}`, username, upn };
}

function makeIdentity(
  options: ComputerOptions,
  index: number,
  platform: ComputerPlatform,
  agent: AgentKind,
  owner: Person,
  random: SeededRandom,
): ComputerIdentity {
  const mac = random.pick(MAC_MODELS);
  const firstName = owner.fullName.split(" ")[0] ?? owner.fullName;
  const serial = random.text(10, "ABCDEFGHJKLMNPQRSTUVWXYZ23456789");
  const oddity = random.next();
  const diskBytes = random.pick([494_384_795_648, 994_662_584_320, 245_107_195_904]);
  const common = {
    platform,
    agent,
    owner,
    tenantId: options.tenantId,
    hardwareUuid: random.uuid().toUpperCase(),
    instanceId: random.uuid(),
    serial: options.oddSerials && oddity < 0.1 ? "" : options.oddSerials && oddity < 0.15 ? "-1" : serial,
    diskBytes,
    diskFreeBytes: Math.floor(diskBytes * (0.08 + random.next() * 0.7)),
    mac: Array.from({ length: 6 }, (_, i) => (i === 0 ? random.pick(["a4", "3c", "f0", "88"]) : random.text(2, "0123456789abcdef"))).join(":"),
    address: `10.${random.integer(10, 60)}.${random.integer(0, 255)}.${random.integer(2, 254)}`,
    osqueryVersion: random.pick(["5.23.1", "5.23.1", "5.21.0", "5.12.2"]),
    fleetdVersion: random.pick(["1.44.0", "1.42.1"]),
  };
  if (platform === "windows") {
    const name = `WIN-${random.text(7, "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789")}`;
    return {
      ...common,
      computerName: name,
      hostname: name,
      hardwareModel: "Latitude 7450",
      hardwareVendor: "Dell Inc.",
      cpuBrand: "Intel(R) Core(TM) Ultra 7 165U",
      cores: 14,
      memoryBytes: 34_359_738_368,
    };
  }
  if (platform === "ubuntu") {
    const name = `${owner.username}-thinkpad`;
    return {
      ...common,
      computerName: name,
      hostname: name,
      hardwareModel: "21KC0053GE",
      hardwareVendor: "LENOVO",
      cpuBrand: "AMD Ryzen 7 PRO 8840U",
      cores: 16,
      memoryBytes: 33_285_996_544,
    };
  }
  return {
    ...common,
    computerName: `${firstName}’s ${mac.label}${index >= 100 ? ` (${index + 1})` : ""}`,
    hostname: `${owner.username}s-${mac.label.toLowerCase().replaceAll(" ", "-")}-${index + 1}.local`,
    hardwareModel: mac.model,
    hardwareVendor: "Apple Inc.",
    cpuBrand: mac.cpu,
    cores: mac.cores,
    memoryBytes: mac.memoryGib * 1_073_741_824,
  };
}

function chooseApps({ softwareCount }: ComputerOptions, platform: ComputerPlatform, random: SeededRandom): App[] {
  const wanted = Math.max(0, softwareCount - 1);
  if (platform !== "darwin") {
    return MAC_APPS.slice(0, wanted)
      .filter(({ bundleIdentifier }) => !bundleIdentifier.startsWith("com.apple."))
      .map((one) => ({ ...one, name: one.name.replace(/\.app$/, "") }));
  }
  const chosen = MAC_APPS.slice(0, wanted);
  const extra = Array.from({ length: Math.max(0, wanted - MAC_APPS.length) }, (_, i) =>
    app(`Field Tool ${i + 1}.app`, `example.fieldtools.tool${i + 1}`, `${random.integer(1, 9)}.${random.integer(0, 20)}.${random.integer(0, 9)}`),
  );
  return [...chosen, ...extra, COMPANY_PORTAL];
}
