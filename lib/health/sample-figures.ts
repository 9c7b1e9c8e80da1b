import { z } from "zod";

const Counts = z.record(z.string(), z.number());

/** What an instance measures every half minute. Times are in seconds, memory in bytes; counts are those since its sample before. */
export const SampleFigures = z.object({
  version: z.string(),
  /** When the process started. */
  since: z.iso.datetime(),
  ready: z.boolean(),
  /** The last sample of a process that stopped in order. */
  stopped: z.boolean(),
  /** Whether it hears of changes in the database. */
  listening: z.boolean(),
  /** How long it measured. */
  seconds: z.number(),
  calls: z.number(),
  hostHits: z.number(),
  hostMisses: z.number(),
  answers: Counts,
  acceptance: Counts,
  /** How late the agents' thread gets to its next task: the 99th percentile. */
  loopLag: z.number(),
  /** The same of the thread of pages and jobs; processes that had one thread for all didn't say it. */
  pageLag: z.number().optional(),
  memory: z.number(),
  /** The heap in use as a share of what it may grow to, of the thread that is nearest to it. */
  heapShare: z.number(),
  /** The most that were out at once, and the most that waited for one; of all threads together. */
  poolBusy: z.number(),
  poolWaiting: z.number(),
  poolMax: z.number(),
  /** Of the whole server, read from its database; absent when that couldn't be read. */
  reportsWaiting: z.number().optional(),
  reportOldest: z.number().optional(),
  jobsWaiting: z.number().optional(),
  jobOldest: z.number().optional(),
});

/** See the schema of the same name. */
export type SampleFigures = z.infer<typeof SampleFigures>;
