import { AgentConnection, type Call, type ConnectionEvents } from "./agent-connection";

const timeoutMs = 16_000;
/**
 * The server says that it closes a connection after 125 s without a word, and one on which there never was any after 20 s, as a crowd opens them when the server
 * pauses: who heeds that doesn't call on one that is just being closed.
 */
const idleMs = { used: 110_000, unused: 15_000 };
// Of one source address; each host has two ports there in turn, for the one it used last rests for a while.
const hostsPerAddress = 20_000;
const firstPort = 10_000;

/** What becomes of calls, and how a call is written. */
export interface CallHandler {
  write: (call: Call) => string;
  answered: ConnectionEvents["answered"];
  lost: (call: Call, error: string) => void;
}

/** Carries calls on keep-alive sockets. A call that finds none waits in line, and its waiting counts: it was due. */
export class Connections {
  private readonly all = new Set<AgentConnection>();
  private readonly idle: AgentConnection[] = [];
  private readonly onFirstPort = new Set<number>();
  private readonly own = new Map<number, { connection: AgentConnection; line: Call[] }>();
  private line: Call[] = [];
  private lineStart = 0;
  private readonly events: ConnectionEvents;

  constructor(
    private readonly port: number,
    private readonly limit: number | "own",
    private readonly handler: CallHandler,
  ) {
    this.events = {
      free: (connection) => this.carryNext(connection),
      answered: handler.answered,
      lost: (connection, call, error) => this.lose(connection, call, error),
    };
  }

  get sockets(): number {
    return this.all.size;
  }

  get waiting(): number {
    let waiting = this.line.length - this.lineStart;
    if (this.limit === "own") for (const { line } of this.own.values()) waiting += line.length;
    return waiting;
  }

  submit(call: Call): void {
    if (this.limit === "own") return this.submitOwn(call);
    const connection = this.idle.pop();
    if (connection) return this.carry(connection, call);
    this.line.push(call);
    if (this.all.size < this.limit) this.all.add(new AgentConnection({ port: this.port }, this.events));
  }

  /** Gives up what an agent would have given up; to be called about every second. */
  dropOverdue(now: number): void {
    const isOverdue = (call: Call | null | undefined): call is Call => call !== null && call !== undefined && now - call.dueAt > timeoutMs;
    for (const connection of this.all) if (isOverdue(connection.call)) connection.destroy("timeout");
    const hasIdled = ({ idleSince, isUsed }: AgentConnection) => now - idleSince > (isUsed ? idleMs.used : idleMs.unused);
    for (const connection of this.idle.filter(hasIdled)) {
      this.idle.splice(this.idle.indexOf(connection), 1);
      connection.destroy("idle");
    }
    const drop = (line: Call[], from: number) => {
      let start = from;
      for (let call = line[start]; isOverdue(call); call = line[(start += 1)]) this.handler.lost(call, "timeout");
      return start;
    };
    this.lineStart = drop(this.line, this.lineStart);
    for (const { line } of this.own.values()) if (line.length > 0) line.splice(0, drop(line, 0));
  }

  close(): void {
    for (const connection of this.all) connection.destroy("closed");
  }

  private submitOwn(call: Call): void {
    const own = this.own.get(call.n);
    if (own?.connection.isFree) return this.carry(own.connection, call);
    if (own) return void own.line.push(call);
    this.own.set(call.n, { connection: this.openOwn(call.n), line: [call] });
  }

  private openOwn(n: number): AgentConnection {
    const isAgain = this.onFirstPort.delete(n);
    if (!isAgain) this.onFirstPort.add(n);
    // Naming the port, too, spares the kernel a search that takes longer than everything else about a connection.
    const source = {
      localAddress: `127.0.1.${1 + (Math.floor(n / hostsPerAddress) % 250)}`,
      localPort: firstPort + (n % hostsPerAddress) + (isAgain ? hostsPerAddress : 0),
    };
    const connection = new AgentConnection({ port: this.port, ...source }, this.events, n);
    this.all.add(connection);
    return connection;
  }

  private carry(connection: AgentConnection, call: Call): void {
    connection.send(call, this.handler.write(call));
  }

  private carryNext(connection: AgentConnection): void {
    const call = connection.owner >= 0 ? this.own.get(connection.owner)?.line.shift() : this.nextInLine();
    if (call) this.carry(connection, call);
    else if (connection.owner < 0) {
      connection.idleSince = performance.now();
      this.idle.push(connection);
    }
  }

  private nextInLine(): Call | undefined {
    const call = this.line[this.lineStart];
    if (call === undefined) {
      if (this.lineStart > 0) [this.line, this.lineStart] = [[], 0];
      return undefined;
    }
    this.lineStart += 1;
    if (this.lineStart > 10_000) [this.line, this.lineStart] = [this.line.slice(this.lineStart), 0];
    return call;
  }

  private lose(connection: AgentConnection, call: Call | null, error: string): void {
    this.all.delete(connection);
    const at = this.idle.indexOf(connection);
    if (at >= 0) this.idle.splice(at, 1);
    if (call) this.handler.lost(call, error);
    if (error === "closed") return;
    const own = connection.owner >= 0 ? this.own.get(connection.owner) : undefined;
    if (own) return this.replaceOwn(connection.owner, own, error);
    // A socket that couldn't be opened takes with it the call for which it was; one that was closed makes room for a new one.
    const next = error === "refused" ? this.nextInLine() : undefined;
    if (next) this.handler.lost(next, error);
    else if (this.lineStart < this.line.length && typeof this.limit === "number" && this.all.size < this.limit) {
      this.all.add(new AgentConnection({ port: this.port }, this.events));
    }
  }

  private replaceOwn(n: number, own: { line: Call[] }, error: string): void {
    const next = error === "refused" || error.startsWith("E") ? own.line.shift() : undefined;
    if (next) this.handler.lost(next, error);
    this.own.delete(n);
    if (own.line.length > 0) this.own.set(n, { connection: this.openOwn(n), line: own.line });
  }
}
