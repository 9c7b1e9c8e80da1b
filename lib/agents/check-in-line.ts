import type { MessagePort } from "node:worker_threads";
import type { SqlContext } from "@/lib/context";
import { answerQuestions, ThreadLine } from "@/lib/threads/thread-line";
import { agentContext } from "./agent-context";
import { AgentError } from "./agent-request";
import { checkInBatcher } from "./check-in-batcher";
import type { CheckIn } from "./plan-check-in";

const maxWaiting = 5000;

const questions = { store: (checkIn: CheckIn) => checkInBatcher().add(agentContext(), checkIn) };
type Questions = typeof questions;

let line: ThreadLine<Questions> | undefined;
let waiting = 0;

/** Stores the check-ins that another thread sends. */
export function answerCheckIns(port: MessagePort): void {
  answerQuestions(port, questions);
}

/** Has the thread at the other end store this one's check-ins from now on. */
export function storeCheckInsOver(port: MessagePort): void {
  const made = (line = new ThreadLine<Questions>(port));
  port.once("close", () => made.end(new Error("The thread that stores check-ins has ended.")));
}

/** Stores a check-in together with others that wait, in the thread that is there for it or else in this one; resolves after its commit. @throws AgentError `too_busy` 503 */
export async function storeCheckIn(ctx: SqlContext, checkIn: CheckIn): Promise<void> {
  if (waiting >= maxWaiting) throw new AgentError(503, "too_busy", "temporarily unavailable", { retryAfterSeconds: 5 });
  waiting += 1;
  try {
    await (line ? line.ask("store", checkIn) : checkInBatcher().add(ctx, checkIn));
  } finally {
    waiting -= 1;
  }
}
