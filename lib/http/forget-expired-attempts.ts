import type { SqlContext } from "../context";
import { deleteExpiredAttempts } from "./attempt-queries";

/** Deletes the counters of attempts whose time is over; gives their number. Counters go by the real clock, as the limiter does. */
export function forgetExpiredAttempts(ctx: Pick<SqlContext, "sql">): Promise<number> {
  return deleteExpiredAttempts(ctx.sql, new Date());
}
