/** A map of at most `max` entries; the ones set longest ago go first. Cheaper than a least-recently-used cache, and as good where everybody comes again and again. */
export class BoundedMap<Key, Value> extends Map<Key, Value> {
  constructor(private readonly max: number) {
    super();
  }

  override set(key: Key, value: Value): this {
    if (this.size >= this.max && !this.has(key)) this.delete(this.keys().next().value as Key);
    return super.set(key, value);
  }
}

/** How many hosts a process remembers something about. */
export const maxHostsInMemory = 250_000;
