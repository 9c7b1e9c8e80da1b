/**
 * Reads something costly for many who ask often: what was read counts for `keptMs`, everyone who asks meanwhile waits for the same read, and nobody
 * waits longer than `patienceMs`. The returned function throws what the read threw, or that it took too long.
 */
export function boundedRead<Value>(read: () => Promise<Value>, keptMs: number, patienceMs: number): () => Promise<Value> {
  let reading: Promise<Value> | undefined;
  let value: { of: Value; until: number } | undefined;
  return async () => {
    if (value && performance.now() < value.until) return value.of;
    reading ??= read()
      .then((found) => {
        value = { of: found, until: performance.now() + keptMs };
        return found;
      })
      .finally(() => {
        reading = undefined;
      });
    return within(reading, patienceMs);
  };
}

async function within<Value>(promised: Promise<Value>, milliseconds: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not read within ${milliseconds} ms`)), milliseconds);
    timer.unref();
  });
  try {
    return await Promise.race([promised, late]);
  } finally {
    clearTimeout(timer);
  }
}
