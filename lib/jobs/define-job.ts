import type { z } from "zod";
import type { Context } from "../context";

/** A kind of background work as its callers know it: a name and the ids it carries. Lower rows declare what a higher row does. */
export interface JobDeclaration<Payload = unknown> {
  /** `module.verb_noun`, the task's identifier in the queue. */
  name: string;
  payload: z.ZodType<Payload>;
  maxAttempts: number;
}

/** A declared job with its work: ids in, safe to run twice, never sleeps. */
export interface Job<Payload = unknown> extends JobDeclaration<Payload> {
  run(ctx: Context, payload: Payload): Promise<void>;
}

/** Declares a job whose work stands in a higher row; implementJob gives it that work. */
export function declareJob<Payload>(declaration: JobDeclaration<Payload>): JobDeclaration<Payload> {
  return declaration;
}

/** Gives a declared job its work; lib/worker.ts lists the result. */
export function implementJob<Payload>(declaration: JobDeclaration<Payload>, run: (ctx: Context, payload: Payload) => Promise<void>): Job<Payload> {
  return { ...declaration, run };
}

/** Declares a job with its work; lib/worker.ts lists them all. */
export function defineJob<Payload>(job: Job<Payload>): Job<Payload> {
  return job;
}
