import { deviceTokenOf, nodeKeyOf, orbitKeyOf, shareOf } from "../fleet-plan";
import type { Call } from "./agent-connection";
import { CallSchedule, seededRandom, TimerWheel } from "./call-schedule";
import { Connections } from "./connections";
import { Histogram } from "./histogram";
import { HostAnswers, parseAsk, type ParsedAsk } from "./host-answers";
import { callKinds, type CallData, type CallKind, type LoadPlan, type WindowData } from "./load-plan";

const acceleratedReadMs = 5000;
// A host runs the queries before it answers them.
const thinkMs = { least: 50, most: 500 };
const mostKnownAsks = 500;
// Subjects of shares; see fleet-plan.ts.
const kindsOfHost = { orbit: 910_000, desktop: 910_001, logger: 910_002 };

/** How long a turn takes at least: answers and calls that are due meanwhile are handled together. */
const turnMs = 2;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Simulated hosts in one process: makes their calls when they are due, whatever becomes of those before, and counts how long each waits for its answer. */
export class Generator {
  private readonly random: () => number;
  private readonly answers: HostAnswers;
  private readonly connections: Connections;
  private readonly schedules: { kind: CallKind; schedule: CallSchedule }[];
  private readonly later: TimerWheel<Call>;
  private readonly asks = new Map<string, ParsedAsk>();
  private readonly rotations: Uint8Array;
  private readonly times = Object.fromEntries(callKinds.map((kind) => [kind, new Histogram()])) as Record<CallKind, Histogram>;
  private errors = noErrors();
  private readonly lateness = new Histogram();
  private window = { at: performance.now(), cpu: process.cpuUsage() };
  private ramp: { from: number; to: number; at: number; ms: number };
  private readonly timers: NodeJS.Timeout[];
  private stopped = false;

  constructor(private readonly plan: LoadPlan) {
    this.random = seededRandom(plan.seed);
    this.answers = new HostAnswers(plan.fleet, plan.developerShare);
    this.rotations = new Uint8Array(plan.fleet.hosts);
    this.schedules = this.makeSchedules();
    // The clock runs from here: what came before took its time.
    const now = performance.now();
    this.later = new TimerWheel(now);
    for (const { schedule } of this.schedules) schedule.start(now);
    this.ramp = { from: plan.rampSeconds > 0 ? 0 : plan.hosts, to: plan.hosts, at: now, ms: plan.rampSeconds * 1000 };
    this.connections = new Connections(plan.port, plan.connections, {
      write: (call) => this.write(call),
      answered: (call, status, length, body) => this.take(call, status, length, body),
      lost: (call, error) => this.countError(call.kind, error),
    });
    this.timers = [setInterval(() => this.connections.dropOverdue(performance.now()), 1000)];
    setImmediate(() => this.turn(performance.now()));
  }

  setHosts(hosts: number, rampSeconds: number): void {
    const now = performance.now();
    this.ramp = { from: this.activeHosts(now), to: Math.min(hosts, this.plan.fleet.hosts), at: now, ms: rampSeconds * 1000 };
  }

  /** What happened since the last time this was asked. */
  takeWindow(): WindowData {
    const now = performance.now();
    const { user, system } = process.cpuUsage(this.window.cpu);
    const calls = {} as Record<CallKind, CallData>;
    for (const kind of callKinds) {
      calls[kind] = { times: this.times[kind].toData(), errors: this.errors[kind] };
      this.times[kind].clear();
    }
    const data: WindowData = {
      seconds: (now - this.window.at) / 1000,
      calls,
      lateness: this.lateness.toData(),
      cpuSeconds: (user + system) / 1e6,
      residentMb: process.memoryUsage.rss() / 2 ** 20,
      sockets: this.connections.sockets,
      waiting: this.connections.waiting,
      activeHosts: Math.floor(this.activeHosts(now)),
    };
    this.errors = noErrors();
    this.lateness.clear();
    this.window = { at: now, cpu: process.cpuUsage() };
    return data;
  }

  stop(): void {
    this.stopped = true;
    for (const timer of this.timers) clearInterval(timer);
    this.connections.close();
  }

  private makeSchedules(): { kind: CallKind; schedule: CallSchedule }[] {
    const { plan } = this;
    const { periods } = plan;
    const all = Array.from({ length: plan.fleet.hosts }, (_, n) => n);
    const orbit = all.filter((n) => shareOf(n, kindsOfHost.orbit) < plan.orbitShare);
    const desktop = orbit.filter((n) => shareOf(n, kindsOfHost.desktop) < plan.desktopShare);
    const logger = all.filter((n) => shareOf(n, kindsOfHost.logger) < plan.loggerShare);
    const of = (kind: CallKind, hosts: number[], seconds: number) => ({ kind, schedule: new CallSchedule(hosts, seconds * 1000, this.random) });
    return [
      of("read", all, periods.read),
      of("config", all, periods.config),
      of("orbit config", orbit, periods.orbitConfig),
      // The tray looks for news, and, apart from that, whether its token still holds.
      of("desktop", desktop, periods.desktop),
      of("desktop", desktop, periods.desktop),
      of("ping", orbit, periods.ping),
      of("device token", orbit, periods.deviceToken),
      of("log", logger, periods.log),
    ];
  }

  private activeHosts(now: number): number {
    const { from, to, at, ms } = this.ramp;
    return ms <= 0 || now >= at + ms ? to : from + ((to - from) * (now - at)) / ms;
  }

  // Between turns the thread sleeps where no answer wakes it: a wake-up for each would be paid by the server, in the call that writes its answer.
  private turn(begunAt: number): void {
    if (this.stopped) return;
    this.tick();
    const restMs = turnMs - (performance.now() - begunAt);
    if (restMs > 0) Atomics.wait(sleeper, 0, 0, restMs);
    const now = performance.now();
    setImmediate(() => this.turn(now));
  }

  private tick(): void {
    const now = performance.now();
    const active = this.activeHosts(now);
    for (const { kind, schedule } of this.schedules) {
      schedule.takeDue(now, (n, dueAt) => {
        if (n < active) this.submit({ kind, n, dueAt, ask: null }, now);
      });
    }
    this.later.takeDue(now, (call) => this.submit(call, now));
  }

  private submit(call: Call, now: number): void {
    this.lateness.record((now - call.dueAt) * 1000);
    this.connections.submit(call);
  }

  private write({ kind, n, ask }: Call): string {
    switch (kind) {
      case "read":
        return post("/api/v1/osquery/distributed/read", `{"node_key":"${nodeKeyOf(n)}"}`);
      case "write":
        return post("/api/v1/osquery/distributed/write", this.answers.write(n, nodeKeyOf(n), ask as ParsedAsk, Date.now()));
      case "config":
        return post("/api/v1/osquery/config", `{"node_key":"${nodeKeyOf(n)}"}`);
      case "log":
        return post("/api/v1/osquery/log", `{"node_key":"${nodeKeyOf(n)}","log_type":"status","data":[${statusLine}]}`);
      case "orbit config":
        return post("/api/fleet/orbit/config", `{"orbit_node_key":"${orbitKeyOf(n)}"}`);
      case "device token":
        return post(
          "/api/fleet/orbit/device_token",
          `{"orbit_node_key":"${orbitKeyOf(n)}","device_auth_token":"${deviceTokenOf(n, this.rotationsOf(n) + 1)}"}`,
        );
      case "desktop":
        return `GET /api/latest/fleet/device/${deviceTokenOf(n, this.rotationsOf(n))}/desktop ${commonHead}\r\n`;
      case "ping":
        return `HEAD /api/fleet/orbit/ping ${commonHead}\r\n`;
    }
  }

  private rotationsOf(n: number): number {
    return this.rotations[n] ?? 0;
  }

  private take(call: Call, status: number, length: number, body: string): void {
    const now = performance.now();
    if (status !== 200) return this.countError(call.kind, String(status));
    this.times[call.kind].record((now - call.dueAt) * 1000);
    if (call.kind === "device token") this.rotations[call.n] = this.rotationsOf(call.n) + 1;
    else if (call.kind === "write" && length !== 2) this.countError("write", "unusual answer");
    else if (call.kind === "read" && body !== "") this.answerAsk(call, body, now);
  }

  private answerAsk(call: Call, body: string, now: number): void {
    const ask = this.knownAsk(body);
    if (!ask) return this.countError("read", "unusual answer");
    // Regular reads come every 10 s anyway: one between them makes it every five.
    if (ask.accelerateSeconds > 0 && call.ask === null) this.later.add({ kind: "read", n: call.n, dueAt: now + acceleratedReadMs, ask });
    if (ask.details.length + ask.labels.length + ask.policies.length === 0 && !ask.wildcard) return;
    if (ask.details.includes("os_version") && this.random() < this.plan.flipShare) this.answers.flip(call.n, this.random());
    this.later.add({ kind: "write", n: call.n, dueAt: now + thinkMs.least + this.random() * (thinkMs.most - thinkMs.least), ask });
  }

  private knownAsk(body: string): ParsedAsk | null {
    const known = this.asks.get(body);
    if (known) return known;
    try {
      const ask = parseAsk(body);
      if (this.asks.size >= mostKnownAsks) this.asks.clear();
      this.asks.set(body, ask);
      return ask;
    } catch {
      return null; // The caller counts it as an error.
    }
  }

  private countError(kind: CallKind, error: string): void {
    const errors = this.errors[kind];
    errors[error] = (errors[error] ?? 0) + 1;
  }
}

const commonHead = "HTTP/1.1\r\nhost: flotilla.bench.example\r\nuser-agent: osquery/5.23.1\r\naccept: application/json\r\n";
const statusLine =
  '{"hostIdentifier":"bench","calendarTime":"Mon Feb  2 03:04:05 2026 UTC","unixTime":1770001445,"severity":1,"filename":"distributed.cpp","line":230,"message":"bench","version":"5.23.1"}';

// Bodies are ASCII: as many bytes as characters.
function post(path: string, body: string): string {
  return `POST ${path} ${commonHead}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
}

function noErrors(): Record<CallKind, Record<string, number>> {
  return Object.fromEntries(callKinds.map((kind) => [kind, {}])) as Record<CallKind, Record<string, number>>;
}
