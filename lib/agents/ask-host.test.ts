import { expect, test } from "vitest";
import type { HostRow, LabelRow, PolicyRow } from "./agent-queries";
import { AskCatalogue } from "./ask-catalogue";
import { askHost, staysIdle, takesUpAt } from "./ask-host";
import { toHostEntry } from "./host-entry";

const now = Date.parse("2026-03-02T09:00:00Z");
const everyMs = 60_000;

const policy = (id: number, gated: boolean): PolicyRow => ({
  id,
  teamId: null,
  query: `SELECT ${id};`,
  platform: "darwin",
  gated,
  version: 1,
  versionSince: "2026-03-01T00:00:00Z",
  scopes: [],
});

function catalogue(gating: boolean, policies = [policy(1, true), policy(2, false)], labels: LabelRow[] = [], fleetSize = 0): AskCatalogue {
  const teams = [{ id: 0, gating, gatingSince: gating ? "2026-03-01T00:00:00Z" : null, tenantId: "" }];
  return new AskCatalogue({ policies, labels, teams, agentOptions: {}, organisationName: "", contactUrl: "", fleetSize });
}

/** A Mac that is let in and answered everything a minute ago. */
function letInHost() {
  const fresh = new Date(now - everyMs);
  const row: HostRow = {
    keyHash: "",
    orbitKeyHash: null,
    deviceTokenHash: null,
    deviceTokenChangedAt: null,
    hostId: 7,
    teamId: 0,
    platform: "darwin",
    hostname: "danas-macbook.local",
    osName: "macOS",
    detailsDigest: "",
    mdmState: "on",
    mdmServerUrl: "",
    lastRestartedAt: null,
    detailUpdatedAt: fresh,
    labelUpdatedAt: fresh,
    policyUpdatedAt: fresh,
    refetchRequestedAt: null,
    refetchCriticalUntil: null,
    distributedIntervalSeconds: 10,
    configRefreshSeconds: 60,
    loggerPeriodSeconds: 10,
    assessed: true,
    accessState: "in",
    blocking: [],
    stale: false,
    mdmOff: false,
    identityDeviceId: "device",
    identityPerson: "dana@aldergate.example",
    identityState: "registered",
    identitySeenAt: fresh,
    labelIds: "",
    answered: "1:1,2:1",
    outcomes: "pp",
  };
  return toHostEntry(row, now);
}

const asked = (ask: ReturnType<typeof askHost>) => [...ask.policies.map(({ id }) => id), ...ask.details.map(({ name }) => name)];

test("a host that is let in is asked about what gates its access once the round is due, and about nothing else", () => {
  const due = askHost(letInHost(), catalogue(true), now, { askedAt: now - everyMs, everyMs });
  expect(asked(due)).toEqual([1, "mdm"]);
  expect(due).toMatchObject({ wholeGate: true, allPolicies: false, accelerate: false });
});

test("a host that nobody registered with Entra yet is asked in each round whether somebody did", () => {
  const unregistered = { ...letInHost(), identityState: "not_registered" };
  expect(asked(askHost(unregistered, catalogue(true, []), now, { askedAt: 0, everyMs }))).toEqual(["mdm", "conditional_access_microsoft_device_id"]);
});

test("before the round is due it is asked nothing, and idles no longer than until then", () => {
  const ask = askHost(letInHost(), catalogue(true), now, { askedAt: now, everyMs });
  expect([asked(ask), ask.wholeGate]).toEqual([[], false]);
  const turn = ask.nextDueAt;
  expect(turn).toBeGreaterThan(now);
  expect(turn).toBeLessThanOrEqual(now + everyMs);
  const round = { askedAt: now, everyMs };
  expect(asked(askHost(letInHost(), catalogue(true), turn - 1, round))).toEqual([]);
  expect(asked(askHost(letInHost(), catalogue(true), turn, round))).toEqual([1, "mdm"]);
});

test("rounds come once in each interval, at the host's own place in it: a fleet that was asked at one moment comes spread out to the next", () => {
  const turnAfter = (hostId: number, askedAt: number) => askHost({ ...letInHost(), hostId }, catalogue(true), askedAt, { askedAt, everyMs }).nextDueAt;
  const turn = turnAfter(7, now);
  // However late it was asked in its last round.
  expect([turn, turn + 9000, turn + everyMs - 1].map((askedAt) => turnAfter(7, askedAt))).toEqual([turn + everyMs, turn + everyMs, turn + everyMs]);
  const hostIds = Array.from({ length: 6000 }, (_, n) => n + 1);
  const bySecond = new Map<number, number>();
  for (const hostId of hostIds) {
    const second = Math.floor((turnAfter(hostId, now) - now) / 1000);
    bySecond.set(second, (bySecond.get(second) ?? 0) + 1);
  }
  expect(Math.max(...bySecond.values())).toBeLessThan(200);
});

test("without a gate there are no rounds: everything waits for the hour", () => {
  const ask = askHost(letInHost(), catalogue(false), now, { askedAt: 0, everyMs });
  expect(asked(ask)).toEqual([]);
  expect(ask.nextDueAt).toBeGreaterThan(now + 50 * everyMs);
});

test("a label that was made or switched on after the last answers is asked at once, and one of the future when it comes", () => {
  const label = (sinceMs: number): LabelRow => ({ id: 3, teamId: null, query: "SELECT 3;", platform: "", since: new Date(now + sinceMs).toISOString() });
  const labelsAsked = (sinceMs: number) => askHost(letInHost(), catalogue(false, [], [label(sinceMs)]), now);
  expect(labelsAsked(-1000).labels.map(({ id }) => id)).toEqual([3]);
  expect(labelsAsked(-2 * everyMs).labels).toEqual([]);
  expect(labelsAsked(5000)).toMatchObject({ labels: [], nextDueAt: now + 5000 });
});

test("a new question reaches a large fleet over a window, what gates access first, and every host within it", () => {
  const edited = (gated: boolean): PolicyRow => ({ ...policy(1, gated), version: 2, versionSince: new Date(now).toISOString() });
  const askedAt = (hostId: number, gated: boolean) => {
    const asks = (at: number) => asked(askHost({ ...letInHost(), hostId }, catalogue(true, [edited(gated)], [], 100_000), at)).includes(1);
    expect(asks(now - 1)).toBe(false);
    const turn = takesUpAt(hostId, now, 100_000, gated);
    expect([asks(turn - 1), asks(turn)]).toEqual([false, true]);
    // Nobody has to ask the rules again before that.
    const { nextDueAt } = askHost({ ...letInHost(), hostId }, catalogue(true, [edited(gated)], [], 100_000), now);
    expect(nextDueAt).toBeLessThanOrEqual(turn);
    return turn - now;
  };
  const hostIds = Array.from({ length: 500 }, (_, n) => n * 37 + 1);
  const gated = hostIds.map((hostId) => askedAt(hostId, true));
  const others = hostIds.map((hostId) => askedAt(hostId, false));
  expect(Math.max(...gated)).toBeLessThanOrEqual(1_000_000);
  expect(Math.max(...others)).toBeLessThanOrEqual(2_000_000);
  // Spread out: no tenth of the window holds more than a fifth of the hosts.
  for (let tenth = 0; tenth < 10; tenth += 1) {
    expect(others.filter((ms) => Math.floor(ms / 200_000) === tenth).length).toBeLessThan(hostIds.length / 5);
  }
});

test("a round that is due doesn't bring a new version of a gated policy before the host's turn, but does bring what blocks it", () => {
  const edited: PolicyRow = { ...policy(1, true), version: 2, versionSince: new Date(now).toISOString() };
  const rules = catalogue(true, [edited, policy(2, true)], [], 100_000);
  const round = { askedAt: now - everyMs, everyMs };
  const turn = takesUpAt(7, now, 100_000, true);
  expect(turn).toBeGreaterThan(now);
  const early = askHost(letInHost(), rules, now, round);
  expect(asked(early)).toEqual([2, "mdm"]);
  expect(early.wholeGate).toBe(true);
  expect(asked(askHost(letInHost(), rules, turn, { ...round, askedAt: turn }))).toEqual([1]);
  expect(asked(askHost({ ...letInHost(), blocking: [1] }, rules, now, round))).toEqual([1, 2, "mdm"]);
});

test("a small fleet is asked at once", () => {
  const edited: PolicyRow = { ...policy(1, false), version: 2, versionSince: new Date(now + 5000).toISOString() };
  expect(asked(askHost(letInHost(), catalogue(false, [edited], [], 99), now))).toEqual([1]);
});

test("a host that may not take up a new question now is asked it at the next check-in, and all else as ever", () => {
  const rules = catalogue(true, [policy(1, true), { ...policy(2, true), version: 2 }]);
  const round = { askedAt: now - 60_000, everyMs: 60_000 };
  const known = letInHost();
  const held = askHost(known, rules, now, { ...round, askedAt: now }, false);
  expect([asked(held), held.takesUp, held.nextDueAt]).toEqual([[], false, now]);
  expect(asked(askHost(known, rules, now, round, false))).toEqual([1, "mdm"]);
  expect(asked(askHost({ ...known, blocking: [2] }, rules, now, { ...round, askedAt: now }, false))).toEqual([2]);
  const free = askHost(known, rules, now, { ...round, askedAt: now }, true);
  expect([asked(free), free.takesUp]).toEqual([[2], true]);
  expect(askHost(known, catalogue(true, [policy(1, true)]), now, round, true).takesUp).toBe(false);
});

test("a host idles on under a catalogue with new policies until its turn for them, and looks anew after any other change", () => {
  const rows = [policy(1, true), policy(2, false)];
  const label: LabelRow = { id: 3, teamId: null, query: "SELECT 3;", platform: "", since: "2026-03-01T00:00:00Z" };
  const of = (policies: PolicyRow[], before?: AskCatalogue, labels = [label]) =>
    new AskCatalogue({ policies, labels, teams: [], agentOptions: {}, organisationName: "", contactUrl: "", fleetSize: 100_000 }, before);
  const idle = (under: AskCatalogue) => ({ ...letInHost(), idleUntil: now + 50 * everyMs, idleCatalogue: under });
  const since = new Date(now).toISOString();
  const first = of(rows);
  expect(staysIdle(idle(first), first, now)).toBe(true);
  expect(staysIdle({ ...idle(first), idleUntil: now }, first, now)).toBe(false);

  const editedRows = [{ ...policy(1, true), query: "SELECT 11;", version: 2, versionSince: since }, policy(2, false)];
  const edited = of(editedRows, first);
  const turn = takesUpAt(7, now, 100_000, true);
  const host = idle(first);
  expect(staysIdle(host, edited, now)).toBe(true);
  expect(host).toMatchObject({ idleUntil: turn, idleCatalogue: edited });
  expect(staysIdle(host, edited, turn)).toBe(false);
  // Two changes later, by what both brought.
  const added = of([...editedRows, { ...policy(4, false), versionSince: since }], edited);
  expect(added.newsSince(first)?.map(({ id }) => id)).toEqual([1, 4]);
  expect(staysIdle(idle(first), added, turn - 1)).toBe(true);
  expect(staysIdle(idle(first), added, turn)).toBe(false);
  expect(staysIdle(idle(first), of([policy(2, false)], first), now)).toBe(true);

  const scoped: PolicyRow = { ...policy(1, true), scopes: [{ labelId: 3, scope: "include_any" }] };
  for (const other of [of([scoped, policy(2, false)], first), of([policy(1, false), policy(2, false)], first), of(rows, first, []), of(rows)])
    expect(staysIdle(idle(first), other, now)).toBe(false);
  let latest = first;
  for (let id = 5; id < 11; id += 1) latest = of([...rows, { ...policy(id, false), versionSince: since }], latest);
  expect(staysIdle(idle(first), latest, now)).toBe(false);
  // A small fleet is asked at once.
  const few = of([...rows, { ...policy(4, false), versionSince: since }], first);
  few.fleetSize = 99;
  expect(staysIdle(idle(first), few, now)).toBe(false);
});
