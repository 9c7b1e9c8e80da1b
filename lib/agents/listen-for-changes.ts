import { Client } from "pg";
import { env } from "@/lib/env";
import { getLogger } from "@/lib/log";
import { agentCounters } from "@/lib/metrics/agent-counters";

const pingEveryMs = 10_000;
const retryAfterMs = 1000;

/** What a process does with news from the database. */
export interface ChangeListener {
  hostChanged(hostId: number): void;
  everyHostChanged(): void;
  catalogueChanged(): void;
  /** News may be missing from here on: trust nothing in memory until `connected`. */
  disconnected(): void;
  connected(): void;
}

/** The one connection that hears of changes. It comes back by itself. */
export interface ChangeSubscription {
  stop(): Promise<void>;
}

/** Listens for changes until stopped; resolves when the first connection stands or has failed once. */
export async function listenForChanges(listener: ChangeListener): Promise<ChangeSubscription> {
  let client: Client | undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;

  async function connect(): Promise<void> {
    const mine = new Client({ connectionString: env().DATABASE_URL, application_name: "flotilla-listen", connectionTimeoutMillis: 5000, keepAlive: true });
    client = mine;
    mine.on("error", () => lose(mine));
    mine.on("end", () => lose(mine));
    mine.on("notification", ({ channel, payload }) => hear(listener, channel, payload ?? ""));
    try {
      await mine.connect();
      await mine.query("listen flotilla_host_changed");
      await mine.query("listen flotilla_catalogue_changed");
    } catch (cause) {
      getLogger().warn({ "error.message": (cause as Error).message }, "can't listen for changes; agents are answered from the database until this heals");
      lose(mine);
      return;
    }
    if (client !== mine || stopped) return;
    listener.connected();
    timer = setTimeout(() => void ping(mine), pingEveryMs).unref();
  }

  // A connection that a firewall swallowed says nothing: ask it.
  async function ping(mine: Client): Promise<void> {
    let answered = false;
    // After a stall of this thread the answer may have come and lie unread: it is given one look.
    const late = setTimeout(() => setImmediate(() => !answered && lose(mine)), pingEveryMs / 2).unref();
    try {
      await mine.query("select 1");
      answered = true;
      if (client === mine && !stopped) timer = setTimeout(() => void ping(mine), pingEveryMs).unref();
    } catch {
      lose(mine);
    } finally {
      clearTimeout(late);
    }
  }

  function lose(mine: Client): void {
    if (client !== mine) return;
    client = undefined;
    clearTimeout(timer);
    listener.disconnected();
    mine.end().catch(() => undefined); // it is broken already
    if (!stopped) timer = setTimeout(() => void connect(), retryAfterMs).unref();
  }

  await connect();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      const mine = client;
      client = undefined;
      listener.disconnected();
      await mine?.end().catch(() => undefined);
    },
  };
}

function hear(listener: ChangeListener, channel: string, payload: string): void {
  agentCounters.notifications += 1;
  if (channel === "flotilla_catalogue_changed") listener.catalogueChanged();
  else if (payload === "*") listener.everyHostChanged();
  else for (const id of payload.split(",")) if (/^\d{1,10}$/.test(id)) listener.hostChanged(Number(id));
}
