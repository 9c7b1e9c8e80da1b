/** What an activity tells of a change: each field with its value before and after. */
export type Changes = Record<string, { from: unknown; to: unknown }>;

/** The fields of `patch` that differ from `before`; absent ones keep. Never give it a secret: what it returns is written down for good. */
export function changesBetween<Thing extends object>(before: Thing, patch: { [Key in keyof Thing]?: unknown }): Changes {
  const changes: Changes = {};
  for (const [key, to] of Object.entries(patch)) {
    const from = before[key as keyof Thing];
    if (to !== undefined && JSON.stringify(to) !== JSON.stringify(from)) changes[key] = { from, to };
  }
  return changes;
}
