/** Random numbers from 0 to below 1 that a seed repeats (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const mostHosts = 2 ** 21;

/**
 * When each of many hosts makes a call that comes round: every host once in a period, at a moment of its own.
 * The moments are sorted once, and a pointer goes round: a host costs nothing while it isn't due. Times are in milliseconds on the caller's clock.
 */
export class CallSchedule {
  private readonly hosts: Uint32Array;
  private readonly phases: Float64Array;
  private next = 0;
  private roundStart = Number.POSITIVE_INFINITY;

  constructor(
    hosts: readonly number[],
    private readonly periodMs: number,
    random: () => number,
  ) {
    // A moment in its upper 32 bits and a place in the list in its lower 21 make one number: sorting numbers is many times faster than sorting objects.
    const order = Float64Array.from(hosts, (_, place) => Math.floor(random() * 2 ** 32) * mostHosts + place).toSorted();
    this.hosts = Uint32Array.from(order, (packed) => hosts[packed % mostHosts] ?? 0);
    this.phases = order.map((packed) => (Math.floor(packed / mostHosts) / 2 ** 32) * periodMs);
  }

  /** Begins the first round. Until then nobody is due. */
  start(at: number): void {
    this.roundStart = at;
  }

  /** Names every host that came due until `now`, with the moment when it was. */
  takeDue(now: number, call: (n: number, dueAt: number) => void): void {
    if (this.hosts.length === 0) return;
    for (;;) {
      const dueAt = this.roundStart + (this.phases[this.next] ?? 0);
      if (dueAt > now) return;
      call(this.hosts[this.next] ?? 0, dueAt);
      this.next += 1;
      if (this.next === this.hosts.length) {
        this.next = 0;
        this.roundStart += this.periodMs;
      }
    }
  }
}

const slotMs = 2;
const slotCount = 8192;

/** What is to happen once, within the next 16 s: a wheel, so that neither adding nor taking depends on how much waits. */
export class TimerWheel<Item extends { dueAt: number }> {
  private readonly slots: Item[][] = Array.from({ length: slotCount }, () => []);
  private taken: number;

  constructor(startsAt: number) {
    this.taken = Math.floor(startsAt / slotMs);
  }

  /** Adds an item; what lies beyond the wheel's reach comes at its end. */
  add(item: Item): void {
    const slot = Math.min(Math.max(Math.floor(item.dueAt / slotMs), this.taken), this.taken + slotCount - 1);
    this.slots[slot % slotCount]?.push(item);
  }

  /** Takes what came due until `now`, at most a slot (2 ms) after its moment and never before it. */
  takeDue(now: number, visit: (item: Item) => void): void {
    const until = Math.floor(now / slotMs) - 1;
    for (; this.taken <= until; this.taken += 1) {
      const slot = this.slots[this.taken % slotCount] ?? [];
      if (slot.length === 0) continue;
      this.slots[this.taken % slotCount] = [];
      for (const item of slot) visit(item);
    }
  }
}
