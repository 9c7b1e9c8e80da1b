import type { Context } from "../../context";
import { updateDirectoryRow } from "./directory-queries";

/** Switches a directory on inside a transaction that will be rolled back, to see what a sign-in through it would do. Refuses to do it for good. */
export async function pretendDirectoryOn(tx: Context, directoryId: number): Promise<void> {
  if (!tx.transaction) throw new Error("A directory may be switched on for show only inside a transaction that is taken back.");
  await updateDirectoryRow(tx.db, directoryId, { enabledAt: tx.now() });
}
