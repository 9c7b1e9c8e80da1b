import type { StoryWorld } from "./story-world";
import { fileVaultPolicy } from "./demo-policies";
import { expectThat, waitFor } from "./wait-for";

const patienceMs = 60_000;
/** How long silence has to last before it counts. Sending takes less than a second when there is something to send. */
const silenceMs = 3000;
const finished = new Set(["confirmed", "completed", "superseded", "attention", "mismatch"]);

interface Report {
  id: string;
  state: string;
  kind: string;
}

/** A policy fails, and then no policy gates access any more: the Mac is let in though it still fails. */
export async function uncheckAllPolicies(world: StoryWorld): Promise<string> {
  await world.mac.change({ fileVault: false });
  await waitFor("Entra to hold the Mac as not compliant", () => world.deviceIs(true, false), { timeoutMs: patienceMs });
  await gate(world, false);
  await waitFor("Entra to hold the Mac as compliant", () => world.deviceIs(true, true), { timeoutMs: patienceMs });
  const host = await world.host();
  const failing = host.policies?.find(({ name }) => name === fileVaultPolicy.name)?.response;
  expectThat(`“${fileVaultPolicy.name}” to fail all the same`, { holds: failing === "fail", seen: `its outcome is "${failing ?? "missing"}"` });
  return host.access.reasons.map(({ sentence }) => sentence).join(" ");
}

/**
 * The team goes off while its Mac is blocked, with Entra left as it is; the Mac is mended, the server hears of it, and Microsoft of nothing.
 * Then the tenant is disconnected, and Microsoft knows us no more.
 */
export async function disable(world: StoryWorld): Promise<string> {
  const { admin, microsoft } = world.stack;
  await gate(world, true);
  await waitFor("Entra to hold the Mac as not compliant again", () => world.deviceIs(true, false), { timeoutMs: patienceMs });
  await admin.patch(`teams/${world.teamId}`, { conditional_access: { on_disable: "leave" }, integrations: { conditional_access_enabled: false } });
  await waitFor(
    "every report to have ended",
    async () => {
      const live = (await listReports(world)).filter(({ state }) => !finished.has(state));
      return { holds: live.length === 0, seen: live.map(({ kind, state }) => `${kind} ${state}`).join(", ") };
    },
    { timeoutMs: patienceMs },
  );
  const before = { reports: (await listReports(world)).length, applied: world.device()?.history.length, calls: countUploads(world) };

  await world.mac.change({ fileVault: true });
  await world.mac.refetch();
  await waitFor(
    `the server to hear that “${fileVaultPolicy.name}” passes`,
    async () => {
      const response = (await world.host()).policies?.find(({ name }) => name === fileVaultPolicy.name)?.response;
      return { holds: response === "pass", seen: `its outcome is "${response ?? "missing"}"` };
    },
    { timeoutMs: patienceMs },
  );
  await new Promise((resolve) => setTimeout(resolve, silenceMs));
  const after = { reports: (await listReports(world)).length, applied: world.device()?.history.length, calls: countUploads(world) };
  expectThat("no report after the team was switched off", {
    holds: JSON.stringify(after) === JSON.stringify(before) && world.deviceIs(true, false).holds,
    seen: `before ${JSON.stringify(before)}, after ${JSON.stringify(after)}, ${world.deviceIs(true, false).seen}`,
  });

  await admin.delete("conditional-access/microsoft?on_disconnect=leave");
  await waitFor(
    "Microsoft to have the tenant deprovisioned",
    () => ({ holds: world.tenant().provisioned === 2, seen: `provisioned ${world.tenant().provisioned}` }),
    {
      timeoutMs: patienceMs,
    },
  );
  const { conditional_access: shown } = await admin.get<{ conditional_access: { microsoft_entra_connection_configured: boolean } }>("config");
  expectThat("the server to say that no tenant is connected", { holds: !shown.microsoft_entra_connection_configured, seen: JSON.stringify(shown) });
  return `mended and heard, and still ${before.reports} reports; ${microsoft.tenants.happy.displayName} is deprovisioned`;
}

async function gate(world: StoryWorld, enabled: boolean): Promise<void> {
  for (const id of world.policyIds) await world.stack.admin.patch(`teams/${world.teamId}/policies/${id}`, { conditional_access_enabled: enabled });
}

async function listReports(world: StoryWorld): Promise<Report[]> {
  return (await world.stack.admin.get<{ compliance_reports: Report[] }>(`hosts/${world.hostId}/compliance_reports?per_page=100`)).compliance_reports;
}

/** Device messages that reached Microsoft, by its own journal. */
function countUploads(world: StoryWorld): number {
  return world.stack.microsoft.journal({ surface: "manage" }).filter(({ outcome }) => outcome !== null).length;
}
