import { LRUCache } from "lru-cache";

const maxHosts = 50_000;
/** However a notification got lost, what it would have said counts after this long. */
const ttlMs = 5 * 60_000;

/** Hosts by the sha256 of a key of theirs, bounded; dropped by host id. */
export class KeyedHosts<Entry extends { hostId: number }> {
  private readonly keyOf = new Map<number, string>();
  private readonly entries = new LRUCache<string, Entry>({
    max: maxHosts,
    ttl: ttlMs,
    ttlResolution: 1000,
    disposeAfter: (entry, key) => {
      if (this.keyOf.get(entry.hostId) === key && !this.entries.has(key)) this.keyOf.delete(entry.hostId);
    },
  });

  get(keyHash: string): Entry | undefined {
    return this.entries.get(keyHash);
  }

  set(keyHash: string, entry: Entry): void {
    this.entries.set(keyHash, entry);
    this.keyOf.set(entry.hostId, keyHash);
  }

  /** Forgets a host; true when it was known. */
  drop(hostId: number): boolean {
    const key = this.keyOf.get(hostId);
    return key !== undefined && this.entries.delete(key);
  }

  clear(): void {
    this.entries.clear();
    this.keyOf.clear();
  }

  get size(): number {
    return this.entries.size;
  }
}
