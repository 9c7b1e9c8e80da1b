/** Repeatable chance: the same seed gives the same people, machines and faults. */
export interface SeededRandom {
  /** 0 ≤ x < 1 */
  next: () => number;
  /** A whole number, both ends included. */
  integer: (low: number, high: number) => number;
  chance: (probability: number) => boolean;
  pick: <const L extends readonly [unknown, ...unknown[]]>(items: L) => L[number];
  /** Upper- or lower-case letters are the caller's choice by `alphabet`. */
  text: (length: number, alphabet: string) => string;
  /** Version 4, lower case. */
  uuid: () => string;
}

/** A stream of chance for one purpose; `parts` name it, for example the seed, the Mac's number and "faults". */
export function createRandom(...parts: (string | number)[]): SeededRandom {
  let state = hash(parts.join("\u0000"));
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const integer = (low: number, high: number): number => low + Math.floor(next() * (high - low + 1));
  const text = (length: number, alphabet: string): string => Array.from({ length }, () => alphabet.charAt(integer(0, alphabet.length - 1))).join("");
  return {
    next,
    integer,
    text,
    chance: (probability) => next() < probability,
    pick: (items) => items[integer(0, items.length - 1)] ?? items[0],
    uuid: () => {
      const hex = "0123456789abcdef";
      return `${text(8, hex)}-${text(4, hex)}-4${text(3, hex)}-${text(1, "89ab")}${text(3, hex)}-${text(12, hex)}`;
    },
  };
}

function hash(text: string): number {
  let value = 2_166_136_261;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 16_777_619);
  return value >>> 0;
}
