import type { SqlContext } from "@/lib/context";
import { listSilentHosts } from "./expire-host-queries";

/** How many hosts weren't heard of since an instant, counted up to `most`. The caller has authorised. */
export async function countSilentHosts(ctx: Pick<SqlContext, "sql">, since: Date, most: number): Promise<number> {
  return (await listSilentHosts(ctx.sql, since, most)).length;
}
