import type { Job } from "./jobs/define-job";
import type { Schedule } from "./jobs/run-worker";

/** Every job of the product; the worker refuses to know any other. */
export const jobs: Job[] = [];

/** The jobs that the clock starts; times are UTC. */
export const schedules: Schedule[] = [];
