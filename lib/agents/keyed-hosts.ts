import { BoundedMap, maxHostsInMemory } from "./bounded-map";

/** Hosts by the sha256 of a key of theirs, bounded; dropped by host id. */
export class KeyedHosts<Entry extends { hostId: number }> {
  private readonly keyOf = new BoundedMap<number, string>(maxHostsInMemory);
  private readonly entries = new BoundedMap<string, Entry>(maxHostsInMemory);

  get(keyHash: string): Entry | undefined {
    return this.entries.get(keyHash);
  }

  set(keyHash: string, entry: Entry): void {
    const before = this.keyOf.get(entry.hostId);
    if (before !== undefined && before !== keyHash) this.entries.delete(before);
    this.entries.set(keyHash, entry);
    this.keyOf.set(entry.hostId, keyHash);
  }

  /** Forgets a host; answers the sha256 of its key when it was known. */
  drop(hostId: number): string | undefined {
    const key = this.keyOf.get(hostId);
    if (key === undefined) return undefined;
    this.keyOf.delete(hostId);
    return this.entries.delete(key) ? key : undefined;
  }

  clear(): void {
    this.entries.clear();
    this.keyOf.clear();
  }

  get size(): number {
    return this.entries.size;
  }
}
