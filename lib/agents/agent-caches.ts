import { LRUCache } from "lru-cache";
import type { SqlContext } from "@/lib/context";
import { loadCatalogueRow, findHostRow, findOrbitHostId } from "./agent-queries";
import { AskCatalogue } from "./ask-catalogue";
import { toHostEntry, type HostEntry } from "./host-entry";
import { flushHostMarks } from "./host-marks";
import { KeyedHosts } from "./keyed-hosts";
import { listenForChanges, type ChangeListener, type ChangeSubscription } from "./listen-for-changes";

/** What this process remembers between agents' requests. While changes can't be heard it remembers nothing. */
class AgentCaches implements ChangeListener {
  private readonly hosts = new KeyedHosts<HostEntry>();
  private readonly orbitHosts = new KeyedHosts<{ hostId: number }>();
  private catalogue: AskCatalogue | null = null;
  private trusted = false;
  // News counted: what was read before some news about it is answered once and not kept.
  private news = 0;
  private newsOfAll = 0;
  private newsOfCatalogue = 0;
  private readonly newsOf = new LRUCache<number, number>({ max: 20_000 });

  subscription: Promise<ChangeSubscription> | undefined;

  hostChanged(hostId: number): void {
    this.newsOf.set(hostId, (this.news += 1));
    this.hosts.drop(hostId);
    this.orbitHosts.drop(hostId);
  }

  everyHostChanged(): void {
    this.newsOfAll = this.news += 1;
    this.hosts.clear();
    this.orbitHosts.clear();
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
    return this.hosts.size + this.orbitHosts.size;
  }

  /** What is asked of hosts, when it stands in memory. */
  get knownCatalogue(): AskCatalogue | null {
    return this.catalogue;
  }

  async getCatalogue(ctx: SqlContext): Promise<AskCatalogue> {
    if (this.catalogue) return this.catalogue;
    const since = this.news;
    const catalogue = new AskCatalogue(await loadCatalogueRow(ctx.sql));
    if (this.trusted && this.newsOfCatalogue <= since) this.catalogue = catalogue;
    return catalogue;
  }

  knownHost(keyHash: string): HostEntry | undefined {
    return this.hosts.get(keyHash);
  }

  async findHost(ctx: SqlContext, keyHash: string): Promise<HostEntry | null> {
    const since = this.news;
    const row = await findHostRow(ctx.sql, keyHash);
    if (!row) return null;
    const entry = toHostEntry(row);
    if (this.mayKeep(entry.hostId, since)) this.hosts.set(keyHash, entry);
    return entry;
  }

  knownOrbitHost(keyHash: string): number | undefined {
    return this.orbitHosts.get(keyHash)?.hostId;
  }

  async findOrbitHost(ctx: SqlContext, keyHash: string): Promise<number | null> {
    const since = this.news;
    const hostId = await findOrbitHostId(ctx.sql, keyHash);
    if (hostId !== null && this.mayKeep(hostId, since)) this.orbitHosts.set(keyHash, { hostId });
    return hostId;
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
