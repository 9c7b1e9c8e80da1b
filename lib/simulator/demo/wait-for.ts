const everyMs = 50;

/** What a probe saw: whether that is what was waited for, and in words. */
export interface Sight {
  holds: boolean;
  seen: string;
}

/**
 * Looks again and again until it holds.
 * @returns milliseconds from `since` (default: the call) until it held
 * @throws Error with what was waited for and what was seen last
 */
export async function waitFor(
  what: string,
  look: () => Sight | Promise<Sight>,
  { timeoutMs, since = Date.now() }: { timeoutMs: number; since?: number },
): Promise<number> {
  for (;;) {
    const { holds, seen } = await look();
    const ms = Date.now() - since;
    if (holds) return ms;
    if (ms > timeoutMs) throw new Error(`Expected within ${timeoutMs / 1000} s: ${what}. Seen last: ${seen}.`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** @throws Error with what was expected and what was seen */
export function expectThat(what: string, { holds, seen }: Sight): void {
  if (!holds) throw new Error(`Expected: ${what}. Seen: ${seen}.`);
}
