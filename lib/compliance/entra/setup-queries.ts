import type { Db } from "@/lib/db/prisma";
import type { Prisma } from "@/lib/generated/prisma/client";
import type { StepName } from "./setup-step-names";

/** One step of a connection's setup, as stored. */
export interface SetupStepRow {
  step: StepName;
  position: number;
  /** todo, running, done or failed */
  state: string;
  attempts: number;
  summary: string;
  errorCode: string;
  errorDetail: Record<string, unknown>;
  startedAt: Date | null;
  finishedAt: Date | null;
}

/** The steps of a connection in their order. */
export async function listSetupSteps(db: Db, connectionId: number): Promise<SetupStepRow[]> {
  const rows = await db.entraSetupStep.findMany({ where: { connectionId }, orderBy: { position: "asc" } });
  return rows.map(({ connectionId: _, ...row }) => ({ ...row, step: row.step as StepName, errorDetail: row.errorDetail as Record<string, unknown> }));
}

/** Writes the steps of a new connection, all still to do. */
export async function insertSetupSteps(db: Db, connectionId: number, steps: readonly StepName[]): Promise<void> {
  await db.entraSetupStep.createMany({ data: steps.map((step, i) => ({ connectionId, step, position: i + 1 })) });
}

/** Marks a step as begun, once more. */
export async function beginSetupStep(db: Db, connectionId: number, step: StepName, at: Date): Promise<void> {
  await db.entraSetupStep.updateMany({
    where: { connectionId, step },
    data: { state: "running", attempts: { increment: 1 }, startedAt: at, finishedAt: null },
  });
}

/** Marks a step as done. */
export async function finishSetupStep(db: Db, connectionId: number, step: StepName, summary: string, at: Date): Promise<void> {
  await db.entraSetupStep.updateMany({ where: { connectionId, step }, data: { state: "done", summary, errorCode: "", errorDetail: {}, finishedAt: at } });
}

/** Marks a step as stopped, with why. */
export async function failSetupStep(db: Db, connectionId: number, step: StepName, code: string, detail: Record<string, unknown>, at: Date): Promise<void> {
  await db.entraSetupStep.updateMany({
    where: { connectionId, step },
    data: { state: "failed", errorCode: code, errorDetail: detail as Prisma.InputJsonObject, finishedAt: at },
  });
}

/** Puts steps back to the beginning. */
export async function resetSetupSteps(db: Db, connectionId: number, steps: readonly StepName[]): Promise<void> {
  await db.entraSetupStep.updateMany({
    where: { connectionId, step: { in: [...steps] } },
    data: { state: "todo", attempts: 0, summary: "", errorCode: "", errorDetail: {}, startedAt: null, finishedAt: null },
  });
}
