import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import { answerCheckIns } from "@/lib/agents/check-in-line";
import { closePool, planStatementsOnce } from "@/lib/db/pool";
import { resetEnv } from "@/lib/env";
import { registerThreadMetrics } from "@/lib/health/register-thread-metrics";
import { ThreadMeter } from "@/lib/health/thread-meter";
import { getLogger } from "@/lib/log";
import { metricsRegistry } from "@/lib/metrics/registry";
import { prepareSecretKey } from "@/lib/secret-box";
import { answerQuestions } from "@/lib/threads/thread-line";

// The check-ins' thread: it stores what agents told the agents' thread and decides about their hosts, in transactions of some twenty statements. There, each
// statement's answer would lie until thousands of sockets had been served, and rows would be held as long; here it is read at once.

/** What the thread is made with. `agents`: where the agents' thread sends check-ins. */
export interface CheckInsThreadData {
  agents: MessagePort;
}

const { agents } = workerData as CheckInsThreadData;
let meter: ThreadMeter | undefined;

const questions = {
  /** Stores from now on, in a database that is up to date. */
  prepare(environment: { DATABASE_URL: string; DATABASE_POOL_SIZE: string }) {
    Object.assign(process.env, environment);
    resetEnv();
    prepareSecretKey();
    planStatementsOnce();
    registerThreadMetrics();
    meter = new ThreadMeter();
    answerCheckIns(agents);
  },
  readFigures() {
    if (!meter) throw new Error("The check-ins' thread isn't prepared, so it has measured nothing yet.");
    return meter.take();
  },
  readMetrics: () => metricsRegistry().getMetricsAsJSON(),
  /** Lets go of the database; whoever sent check-ins has had their answers. */
  async finish() {
    meter?.stop();
    agents.close();
    await closePool();
  },
};

/** What the main thread can ask of this one. */
export type CheckInsThreadQuestions = typeof questions;

// A fault in one batch must not take the others down; it is logged and counted where it happened.
process.on("unhandledRejection", (reason) =>
  getLogger().error({ "error.message": String((reason as Error)?.stack ?? reason) }, "a promise was left without an answer"),
);

answerQuestions(parentPort as MessagePort, questions);
