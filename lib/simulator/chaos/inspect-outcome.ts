import pg from "pg";
import type { SimulatedFleet } from "../hosts/simulated-fleet";
import type { Stack } from "../stack/start-stack";

/** One promise of the product, and whether it held. */
export interface Check {
  name: string;
  held: boolean;
  detail: string;
}

interface Situation {
  stack: Stack;
  fleet: SimulatedFleet;
  databaseUrl: string;
  settleTimeoutMs: number;
}

interface Verdict {
  hostId: number;
  serial: string;
  deviceId: string | null;
  accessState: string;
  managed: boolean;
  decision: string;
}

interface Transition {
  hostId: number;
  id: number;
  fromState: string;
  toState: string;
  createdAt: Date;
}

/** Waits until everything that was decided is delivered, then compares Mac, verdict, Microsoft and history. */
export async function inspectOutcome({ stack, fleet, databaseUrl, settleTimeoutMs }: Situation): Promise<Check[]> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const deadline = Date.now() + settleTimeoutMs;
    let [wrongVerdicts, wrongDevices, live] = [["not looked yet"], ["not looked yet"], -1];
    while (Date.now() < deadline) {
      const verdicts = await readVerdicts(client);
      wrongVerdicts = compareVerdicts(fleet, verdicts);
      wrongDevices = compareDevices(stack, fleet, verdicts);
      live = await countLiveReports(client);
      if (wrongVerdicts.length === 0 && wrongDevices.length === 0 && live === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    const histories = inspectHistories(stack, fleet);
    const transitions = await readTransitions(client);
    const brokenChains = inspectChains(transitions, await readVerdicts(client));
    const attention = await client.query<{ code: string; count: number }>(
      "select code, count(*)::int as count from attention_items where ended_at is null group by code",
    );
    const reports = await client.query<{ state: string; count: number }>(
      "select state, count(*)::int as count from compliance_reports group by state order by state",
    );
    return [
      check("the verdict of every host is the truth of its Mac", wrongVerdicts, `${fleet.hosts.length} hosts`),
      check("what Microsoft holds equals the verdict of every host", wrongDevices, `${fleet.hosts.length} devices`),
      {
        name: "nothing is left undelivered",
        held: live === 0,
        detail: `${live} live reports; ${reports.rows.map((row) => `${row.state} ${row.count}`).join(", ")}`,
      },
      check("no message was applied out of order", histories.outOfOrder, `${histories.applied} applied, ${histories.ignored} older ones ignored`),
      check("no message took effect twice", histories.twice, `${histories.applied} message ids`),
      check("the transitions of every host are complete and in order", brokenChains, `${transitions.length} transitions`),
      check(
        "nobody has to look after it",
        attention.rows.map((row) => `${row.code} ${row.count}`),
        "no attention items",
      ),
    ];
  } finally {
    await client.end();
  }
}

function check(name: string, problems: string[], fine: string): Check {
  return { name, held: problems.length === 0, detail: problems.length === 0 ? fine : `${problems.length} wrong: ${problems.slice(0, 5).join("; ")}` };
}

async function readVerdicts(client: pg.Client): Promise<Verdict[]> {
  const { rows } = await client.query<Verdict>(
    `select h.id as "hostId", h.hardware_serial as serial, i.device_id as "deviceId", c.access_state as "accessState", c.managed, c.decision
     from hosts h left join host_entra_identities i on i.host_id = h.id left join host_compliance c on c.host_id = h.id order by h.id`,
  );
  return rows;
}

function compareVerdicts(fleet: SimulatedFleet, verdicts: Verdict[]): string[] {
  const bySerial = new Map(verdicts.map((verdict) => [verdict.serial, verdict]));
  return fleet.hosts.flatMap(({ computer: { identity, state } }) => {
    const verdict = bySerial.get(identity.serial);
    const compliant = state.mdm && state.fileVault && state.firewall;
    const expected = `managed ${state.mdm}, ${compliant ? "compliant" : "not_compliant"}`;
    const found = verdict ? `managed ${verdict.managed}, ${verdict.decision}` : "no verdict";
    return found === expected ? [] : [`${identity.computerName} is ${expected}, we say ${found}`];
  });
}

function compareDevices(stack: Stack, fleet: SimulatedFleet, verdicts: Verdict[]): string[] {
  const bySerial = new Map(verdicts.map((verdict) => [verdict.serial, verdict]));
  return fleet.hosts.flatMap(({ computer: { identity } }) => {
    const verdict = bySerial.get(identity.serial);
    const device = verdict?.deviceId ? stack.microsoft.device("happy", verdict.deviceId) : undefined;
    if (!verdict || !device) return [`${identity.computerName} has no device in Entra`];
    const agrees = device.isManaged === verdict.managed && device.isCompliant === (verdict.decision === "compliant");
    return agrees
      ? []
      : [
          `${identity.computerName}: we say managed ${verdict.managed}, ${verdict.decision}; Entra has managed ${device.isManaged}, compliant ${device.isCompliant}`,
        ];
  });
}

async function countLiveReports(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ live: number }>("select count(*)::int as live from compliance_reports where ended_at is null");
  return rows[0]?.live ?? -1;
}

function inspectHistories(stack: Stack, fleet: SimulatedFleet): { outOfOrder: string[]; twice: string[]; applied: number; ignored: number } {
  const outOfOrder: string[] = [];
  const twice: string[] = [];
  let applied = 0;
  let ignored = 0;
  for (const { computer } of fleet.hosts) {
    const history = stack.microsoft.device("happy", computer.state.platformSso.deviceId)?.history ?? [];
    let newest = "";
    const seen = new Set<string>();
    for (const message of history) {
      if (message.outcome === "ignored_older") ignored += 1;
      if (message.outcome !== "applied") continue;
      applied += 1;
      if (message.lastUpdateTime <= newest) outOfOrder.push(`${computer.identity.computerName}: ${message.lastUpdateTime} after ${newest}`);
      newest = message.lastUpdateTime;
      if (seen.has(message.messageId)) twice.push(message.messageId);
      seen.add(message.messageId);
    }
  }
  return { outOfOrder, twice, applied, ignored };
}

async function readTransitions(client: pg.Client): Promise<Transition[]> {
  const { rows } = await client.query<Transition>(
    `select host_id as "hostId", id::int as id, from_state as "fromState", to_state as "toState", created_at as "createdAt" from access_transitions order by host_id, id`,
  );
  return rows;
}

/** Each transition must begin where the one before it ended, not before it in time, and the last must end at today's state. */
function inspectChains(transitions: Transition[], verdicts: Verdict[]): string[] {
  const problems: string[] = [];
  const last = new Map<number, Transition>();
  for (const transition of transitions) {
    const before = last.get(transition.hostId);
    if (before && before.toState !== transition.fromState)
      problems.push(`host ${transition.hostId}: ${before.toState} is followed by a change from ${transition.fromState}`);
    if (before && before.createdAt > transition.createdAt)
      problems.push(`host ${transition.hostId}: transition ${transition.id} is older than the one before it`);
    last.set(transition.hostId, transition);
  }
  for (const verdict of verdicts) {
    const end = last.get(verdict.hostId)?.toState;
    if (end !== verdict.accessState) problems.push(`host ${verdict.hostId} is ${verdict.accessState}, its transitions end at ${end ?? "nothing"}`);
  }
  return problems;
}
