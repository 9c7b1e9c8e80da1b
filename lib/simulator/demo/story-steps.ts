import { connectTenant } from "../stack/connect-tenant";
import { startStack } from "../stack/start-stack";
import { fileVaultPolicy, firewallPolicy } from "./demo-policies";
import { inSeconds } from "./format-story";
import { disable, uncheckAllPolicies } from "./story-endings";
import type { StoryStep } from "./run-story";
import { toText, type HostAnswer, type StoryWorld } from "./story-world";
import { expectThat, waitFor, type Sight } from "./wait-for";

/** What the product promises from a change on the Mac to Microsoft's acceptance, in both directions. */
const promisedMs = 15_000;
/** For everything that has no promise of its own. */
const patienceMs = 60_000;

/** What the story measures: from the change on the Mac to its effect on Entra's record, in milliseconds. */
export interface StoryTimes {
  failMs?: number;
  fixMs?: number;
}

/** The whole loop, told for one Mac: from enrolling to leaving. */
export function storySteps(world: StoryWorld, times: StoryTimes, gateCheckSeconds: number): StoryStep[] {
  return [
    { title: "the server is up, with its database and a simulated Microsoft", play: () => startEverything(world, gateCheckSeconds) },
    { title: "a Mac enrols: fleetd and osqueryd, one host", play: () => enrolMac(world) },
    { title: "the tenant is connected through Microsoft's consent page", play: () => connect(world) },
    { title: "two policies gate access, and the team is switched on", play: () => gateTwoPolicies(world) },
    { title: "the Mac is compliant in Entra, accepted and read back", play: () => becomeCompliant(world) },
    { title: "signing in to Microsoft 365 works", play: () => signInWorks(world) },
    { title: "FileVault goes off: blocked by Microsoft within 15 s", play: () => breakFileVault(world, times, gateCheckSeconds) },
    { title: "sign-in is blocked, and “Check compliance” leads to help", play: () => signInLeadsTo(world, "remediate") },
    { title: "My device shows what fails and how to mend it", play: () => readMyDevice(world) },
    { title: "FileVault goes on: let in by Microsoft within 15 s", play: () => fixFileVault(world, times) },
    { title: "signing in works again", play: () => signInWorks(world) },
    { title: "MDM goes off: not managed, sent to enrol; goes on: let in", play: () => leaveAndJoinMdm(world) },
    { title: "all policies unchecked: compliant though a policy fails", play: () => uncheckAllPolicies(world) },
    { title: "team off: no more reports; disconnected: gone from Microsoft", play: () => disable(world) },
  ];
}

async function startEverything(world: StoryWorld, gateCheckSeconds: number): Promise<string> {
  world.begin(
    await startStack({
      microsoft: { tenants: ["happy"] },
      environment: { GATE_CHECK_SECONDS: String(gateCheckSeconds) },
      onServerLine: (line) => {
        if (/"level":"?(error|fatal|50|60)\b/.test(line)) console.error(`      the server says: ${line.slice(0, 600)}`);
      },
    }),
  );
  return world.stack.server.origin;
}

async function enrolMac(world: StoryWorld): Promise<string> {
  const { admin } = world.stack;
  const { team } = await admin.post<{ team: { id: number; secrets: { secret: string }[] } }>("teams", { name: "Engineering" });
  world.teamId = team.id;
  world.fleet = await world.stack.startFleet({ count: 1, enrollSecret: team.secrets[0]?.secret ?? "" });
  const { mac } = world;
  await waitFor(
    "fleetd and osqueryd to have enrolled",
    () => ({ holds: mac.status.enrolled && mac.status.orbitEnrolled && mac.status.deviceToken !== null, seen: describeAgents(world) }),
    { timeoutMs: patienceMs },
  );
  let hosts: HostAnswer[] = [];
  await waitFor(
    "one host of the team, with the facts of both agents",
    async () => {
      hosts = (await admin.get<{ hosts: HostAnswer[] }>("hosts")).hosts;
      const [host] = hosts;
      const seen = JSON.stringify(
        hosts.map(({ display_name, team_id, osquery_version, orbit_version }) => ({ display_name, team_id, osquery_version, orbit_version })),
      );
      return { holds: hosts.length === 1 && host?.team_id === team.id && host.osquery_version !== "" && Boolean(host.orbit_version), seen };
    },
    { timeoutMs: patienceMs },
  );
  const [host] = hosts as [HostAnswer];
  expectThat("the host to have the Mac's hardware UUID", {
    holds: host.uuid.toLowerCase() === mac.computer.identity.hardwareUuid.toLowerCase(),
    seen: host.uuid,
  });
  world.hostId = host.id;
  return `${host.display_name}: osquery ${host.osquery_version}, fleetd ${host.orbit_version}`;
}

function describeAgents({ mac: { status } }: StoryWorld): string {
  const agents = `osqueryd ${status.enrolled ? "in" : "not in"}, fleetd ${status.orbitEnrolled ? "in" : "not in"}, device token ${status.deviceToken ? "there" : "missing"}`;
  return status.lastError ? `${agents}, last error: ${status.lastError}` : agents;
}

async function connect(world: StoryWorld): Promise<string> {
  await connectTenant(world.stack);
  const { provisioned, displayName, policies } = world.tenant();
  expectThat("Microsoft to have the tenant provisioned with a compliance policy", {
    holds: provisioned === 1 && policies.length > 0,
    seen: `provisioned ${provisioned}, ${policies.length} policies`,
  });
  return `${displayName}: provisioned, compliance policy assigned to the group`;
}

async function gateTwoPolicies(world: StoryWorld): Promise<string> {
  const { admin } = world.stack;
  const names: string[] = [];
  for (const policy of [fileVaultPolicy, firewallPolicy]) {
    const made = await admin.post<{ policy: { id: number; name: string; conditional_access_enabled: boolean } }>(`teams/${world.teamId}/policies`, policy);
    expectThat(`"${policy.name}" to gate access`, { holds: made.policy.conditional_access_enabled, seen: JSON.stringify(made.policy) });
    world.policyIds.push(made.policy.id);
    names.push(made.policy.name);
  }
  const { team } = await admin.patch<{ team: { integrations: { conditional_access_enabled: boolean } } }>(`teams/${world.teamId}`, {
    integrations: { conditional_access_enabled: true },
  });
  expectThat("the team to be switched on", { holds: team.integrations.conditional_access_enabled, seen: JSON.stringify(team.integrations) });
  return names.join(", ");
}

async function becomeCompliant(world: StoryWorld): Promise<string> {
  await waitFor("Entra to hold the Mac as managed and compliant", async () => withVerdict(world, world.deviceIs(true, true)), { timeoutMs: patienceMs });
  await waitFor(
    "the report to be accepted and read back from Entra",
    async () => {
      const { access } = await world.host();
      return {
        holds: access.state === "in" && access.last_report?.state === "confirmed",
        seen: `${access.state}, report ${access.last_report?.state ?? "none"}`,
      };
    },
    { timeoutMs: patienceMs },
  );
  return "isManaged true, isCompliant true";
}

/** What Entra has, and when that isn't it, what the server thinks. */
async function withVerdict(world: StoryWorld, sight: Sight): Promise<Sight> {
  if (sight.holds) return sight;
  const { access } = await world.host();
  const reasons = access.reasons.map(({ sentence }) => sentence).join(" ");
  return { holds: false, seen: `${sight.seen}; the server says ${access.state} (${reasons}), report ${access.last_report?.state ?? "none"}` };
}

async function signInWorks(world: StoryWorld): Promise<string> {
  const answer = await world.signIn();
  expectThat("the sign-in to succeed", { holds: answer.result === "success", seen: `${answer.result}: ${answer.message}` });
  return answer.message;
}

async function breakFileVault(world: StoryWorld, times: StoryTimes, gateCheckSeconds: number): Promise<string> {
  const since = Date.now();
  await world.mac.change({ fileVault: false });
  times.failMs = await waitFor("Entra to hold the Mac as not compliant", () => world.deviceIs(true, false), { timeoutMs: promisedMs, since }).catch(
    (error: Error) => addVerdict(world, error),
  );
  return `accepted ${inSeconds(times.failMs)} after the switch; no button pressed: here every check-in asks what gates access (GATE_CHECK_SECONDS ${gateCheckSeconds}, default 60)`;
}

async function fixFileVault(world: StoryWorld, times: StoryTimes): Promise<string> {
  const since = Date.now();
  await world.mac.change({ fileVault: true });
  times.fixMs = await waitFor("Entra to hold the Mac as compliant", () => world.deviceIs(true, true), { timeoutMs: promisedMs, since }).catch((error: Error) =>
    addVerdict(world, error),
  );
  return `accepted ${inSeconds(times.fixMs)} after the switch; no button pressed: a blocked Mac is asked at every check-in, every 5 s`;
}

async function addVerdict(world: StoryWorld, error: Error): Promise<never> {
  const { seen } = await withVerdict(world, { holds: false, seen: error.message.replace(/\.$/, "") });
  throw new Error(seen, { cause: error });
}

/** The person is blocked and follows the link: the page is there for them. */
async function signInLeadsTo(world: StoryWorld, page: "remediate" | "enroll"): Promise<string> {
  const label = page === "remediate" ? "Check compliance" : "Continue";
  const answer = await world.signIn();
  const url = answer.nextStep?.url ?? "";
  expectThat(`the sign-in to be blocked, with “${label}” leading to ${page}`, {
    holds: answer.result === "blocked" && answer.nextStep?.label === label && url.endsWith(`/microsoft-compliance-partner/${page}`),
    seen: `${answer.result} (${answer.reason}), next step ${answer.nextStep ? `“${answer.nextStep.label}” to ${url}` : "none"}`,
  });
  const visited = await world.open(url);
  const heading = toText(/<h1\b[^>]*>([\s\S]*?)<\/h1>/.exec(visited.html)?.[1] ?? "");
  const helps = page === "remediate" ? /fix/i.test(heading) && visited.html.includes('href="/device"') : /set up|register|enrol/i.test(visited.text);
  expectThat(`${url} to answer 200 and to help`, {
    holds: visited.status === 200 && helps,
    seen: `${visited.status}, “${heading || visited.text.slice(0, 200)}”`,
  });
  return `“${label}” → “${heading}”`;
}

async function readMyDevice(world: StoryWorld): Promise<string> {
  const page = await world.open(`${world.stack.server.origin}/device/${world.mac.status.deviceToken ?? ""}`);
  const firstStep = fileVaultPolicy.resolution.split("\n")[0]?.replace(/^1\. /, "") ?? "";
  expectThat("My device to name the failing policy and the first step of its remedy", {
    holds: page.status === 200 && page.text.includes(fileVaultPolicy.name) && page.text.includes(firstStep),
    seen: `${page.status}, “${page.text.slice(0, 600)}”`,
  });
  return `“${fileVaultPolicy.name}”: ${firstStep}`;
}

async function leaveAndJoinMdm(world: StoryWorld): Promise<string> {
  const left = Date.now();
  await world.mac.change({ mdm: false });
  const offMs = await waitFor("Entra to hold the Mac as not managed and not compliant", () => world.deviceIs(false, false), {
    timeoutMs: promisedMs,
    since: left,
  }).catch((error: Error) => addVerdict(world, error));
  const help = await signInLeadsTo(world, "enroll");
  const joined = Date.now();
  await world.mac.change({ mdm: true });
  const onMs = await waitFor("Entra to hold the Mac as managed and compliant", () => world.deviceIs(true, true), {
    timeoutMs: promisedMs,
    since: joined,
  }).catch((error: Error) => addVerdict(world, error));
  await signInWorks(world);
  return `blocked in ${inSeconds(offMs)}, let in again in ${inSeconds(onMs)}; ${help}`;
}
