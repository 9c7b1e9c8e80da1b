import type { Context } from "../context";
import { inTransaction } from "./transaction";

class RolledBack extends Error {}

/** Does `work` for real in a transaction and takes it all back: what it throws is thrown, what it answers is answered, nothing is kept. */
export async function dryRun<Result>(ctx: Context, work: (tx: Context) => Promise<Result>): Promise<Result> {
  let result: { value: Result } | undefined;
  try {
    await inTransaction(ctx, async (tx) => {
      result = { value: await work(tx) };
      throw new RolledBack("dry run");
    });
  } catch (error) {
    if (!(error instanceof RolledBack) || !result) throw error;
  }
  return (result as { value: Result }).value;
}
