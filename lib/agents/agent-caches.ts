import { LRUCache } from "lru-cache";
import type { SqlContext } from "@/lib/context";
import { deviceTokenHoldsMs } from "@/lib/hosts/find-host-by-device-token";
import { agentCounters } from "@/lib/metrics/agent-counters";
import { agentContext } from "./agent-context";
import { findHostRows, findOrbitHostRows, loadCatalogueRow, type CatalogueRow, type HostRow, type OrbitHostRow } from "./agent-queries";
import type { AgentResponse } from "./agent-request";
import { AskCatalogue } from "./ask-catalogue";
import { toHostEntry, type HostEntry } from "./host-entry";
import { HostLookups } from "./host-lookups";
import { HostRereads } from "./host-rereads";
import { flushHostMarks } from "./host-marks";
import { KeyedHosts } from "./keyed-hosts";
import { listenForChanges, type ChangeListener, type ChangeSubscription } from "./listen-for-changes";

/** The host that a device token opens, by the hash of its node key, as long as the token holds (milliseconds). */
interface DeviceEntry {
  hostId: number;
  keyHash: string;
  holdsUntil: number;
}

/** What this process remembers between agents' requests. While changes can't be heard it remembers nothing. */
class AgentCaches implements ChangeListener {
  private readonly hosts = new KeyedHosts<HostEntry>();
  private readonly orbitHosts = new KeyedHosts<{ hostId: number }>();
  private readonly devices = new KeyedHosts<DeviceEntry>();
  // By a body that holds the host's key and nothing else, which it sends again and again: neither parsed nor hashed then.
  private readonly hostsByBody = new KeyedHosts<HostEntry>();
  private readonly orbitHostsByBody = new KeyedHosts<{ hostId: number }>();
  private readonly rereads = new HostRereads((keyHash) => this.readHost(agentContext(), keyHash));
  private readonly hostLookups = new HostLookups<HostRow>(findHostRows);
  private readonly orbitLookups = new HostLookups<OrbitHostRow>(findOrbitHostRows);
  private catalogue: AskCatalogue | null = null;
  private lastCatalogue: { text: string; catalogue: AskCatalogue } | null = null;
  private loading: { promise: Promise<AskCatalogue>; since: number } | null = null;
  private trusted = false;
  // News counted: what was read before some news about it is answered once and not kept.
  private news = 0;
  private newsOfAll = 0;
  private newsOfCatalogue = 0;
  private readonly newsOf = new LRUCache<number, number>({ max: 20_000 });

  subscription: Promise<ChangeSubscription> | undefined;

  hostChanged(hostId: number): void {
    this.newsOf.set(hostId, (this.news += 1));
    const keyHash = this.hosts.drop(hostId) ?? this.rereads.keyOf(hostId);
    if (keyHash !== undefined && this.trusted) this.rereads.note(hostId, keyHash);
    this.orbitHosts.drop(hostId);
    this.devices.drop(hostId);
    this.hostsByBody.drop(hostId);
    this.orbitHostsByBody.drop(hostId);
  }

  everyHostChanged(): void {
    this.newsOfAll = this.news += 1;
    this.rereads.clear();
    this.hosts.clear();
    this.orbitHosts.clear();
    this.devices.clear();
    this.hostsByBody.clear();
    this.orbitHostsByBody.clear();
  }

  catalogueChanged(): void {
    this.newsOfCatalogue = this.news += 1;
    this.catalogue = null;
  }

  disconnected(): void {
    this.trusted = false;
    this.everyHostChanged();
    this.catalogueChanged();
  }

  connected(): void {
    this.everyHostChanged();
    this.catalogueChanged();
    this.trusted = true;
  }

  /** Whether answers come from memory. */
  get isTrusted(): boolean {
    return this.trusted;
  }

  get size(): number {
    return this.hosts.size + this.orbitHosts.size + this.devices.size;
  }

  /** What is asked of hosts, when it stands in memory. */
  get knownCatalogue(): AskCatalogue | null {
    return this.catalogue;
  }

  /** What is asked of hosts; all who wait for it share one look at the database. */
  async getCatalogue(ctx: SqlContext): Promise<AskCatalogue> {
    if (this.catalogue) return this.catalogue;
    // One that began before the last news may not know it.
    if (this.loading && this.loading.since >= this.newsOfCatalogue) return this.loading.promise;
    const since = this.news;
    agentCounters.catalogueLoads += 1;
    const loading = { since, promise: loadCatalogueRow(ctx.sql).then((row) => this.readCatalogue(row)) };
    this.loading = loading;
    try {
      const catalogue = await loading.promise;
      if (this.trusted && this.newsOfCatalogue <= since) this.catalogue = catalogue;
      return catalogue;
    } finally {
      if (this.loading === loading) this.loading = null;
    }
  }

  // Much of what is changed about policies, labels and teams isn't asked of hosts; as long as the catalogue is the same one, what a fleet worked out by it still holds.
  private readCatalogue(row: CatalogueRow): AskCatalogue {
    const { fleetSize, ...asked } = row;
    const text = JSON.stringify(asked);
    if (this.lastCatalogue?.text !== text) this.lastCatalogue = { text, catalogue: new AskCatalogue(row, this.lastCatalogue?.catalogue) };
    this.lastCatalogue.catalogue.fleetSize = fleetSize;
    return this.lastCatalogue.catalogue;
  }

  /** A host in memory by its key; undefined also when it has stood there for too long. @param now milliseconds */
  knownHost(keyHash: string, now: number): HostEntry | undefined {
    const host = this.hosts.get(keyHash);
    return host && host.holdsUntil > now ? host : undefined;
  }

  /** The host in memory that has sent this body before. @param now milliseconds */
  knownHostByBody(body: string, now: number): HostEntry | undefined {
    const host = this.hostsByBody.get(body);
    return host && host.holdsUntil > now ? host : undefined;
  }

  /** Remembers that this body is that of a host which stands in memory. */
  keepHostBody(body: string, host: HostEntry): void {
    this.hostsByBody.set(body, host);
  }

  knownOrbitHostByBody(body: string): number | undefined {
    return this.orbitHostsByBody.get(body)?.hostId;
  }

  keepOrbitHostBody(body: string, hostId: number): void {
    this.orbitHostsByBody.set(body, { hostId });
  }

  async findHost(ctx: SqlContext, keyHash: string): Promise<HostEntry | null> {
    agentCounters.hostMisses += 1;
    return this.readHost(ctx, keyHash);
  }

  private async readHost(ctx: SqlContext, keyHash: string): Promise<HostEntry | null> {
    const since = this.news;
    const row = await this.hostLookups.find(ctx.sql, keyHash);
    if (!row) return null;
    const entry = toHostEntry(row, ctx.now().getTime());
    if (this.mayKeep(entry.hostId, since)) this.keep(row, entry);
    return entry;
  }

  knownOrbitHost(keyHash: string): number | undefined {
    return this.orbitHosts.get(keyHash)?.hostId;
  }

  async findOrbitHost(ctx: SqlContext, keyHash: string): Promise<number | null> {
    const since = this.news;
    agentCounters.hostMisses += 1;
    const row = await this.orbitLookups.find(ctx.sql, keyHash);
    if (row && this.mayKeep(row.hostId, since)) this.orbitHosts.set(keyHash, { hostId: row.hostId });
    return row?.hostId ?? null;
  }

  /** What the tray with this token is told, when its host and what is asked of it stand in memory and the token holds. @param now milliseconds */
  knownDesktop(tokenHash: string, now: number): AgentResponse | undefined {
    const device = this.devices.get(tokenHash);
    if (!device || device.holdsUntil <= now || !this.catalogue) return undefined;
    const host = this.knownHost(device.keyHash, now);
    return host && this.catalogue.desktopFor(host.results);
  }

  // One look-up serves all that runs on a host: osqueryd comes first and often, so fleetd and the tray find it here.
  private keep(row: HostRow, entry: HostEntry): void {
    const { hostId } = entry;
    const { keyHash, orbitKeyHash, deviceTokenHash, deviceTokenChangedAt } = row;
    this.hosts.set(keyHash, entry);
    this.rereads.forget(hostId);
    // Its body leads to the entry that counts.
    this.hostsByBody.drop(hostId);
    if (orbitKeyHash !== null) this.orbitHosts.set(orbitKeyHash, { hostId });
    if (deviceTokenHash === null || deviceTokenChangedAt === null) return;
    this.devices.set(deviceTokenHash, { hostId, keyHash, holdsUntil: deviceTokenChangedAt.getTime() + deviceTokenHoldsMs });
  }

  private mayKeep(hostId: number, since: number): boolean {
    return this.trusted && this.newsOfAll <= since && (this.newsOf.get(hostId) ?? 0) <= since;
  }
}

// Next bundles route code apart from the server, so what must exist once per process hangs on globalThis.
const shared = globalThis as unknown as { flotillaAgentCaches?: AgentCaches };

/** This process's memory of hosts and of what is asked of them. */
export function agentCaches(): AgentCaches {
  shared.flotillaAgentCaches ??= new AgentCaches();
  return shared.flotillaAgentCaches;
}

/** Begins to hear of changes and so to answer agents from memory. Without it every answer comes from the database. */
export async function startAgentCaches(): Promise<void> {
  const caches = agentCaches();
  caches.subscription ??= listenForChanges(caches);
  await caches.subscription;
}

/** Writes what is still in memory and forgets it; the last step before the database closes. */
export async function stopAgentCaches(): Promise<void> {
  const caches = agentCaches();
  const subscription = caches.subscription;
  caches.subscription = undefined;
  await (await subscription)?.stop();
  await flushHostMarks();
}
