import { Prisma } from "../generated/prisma/client";

const foreignKeyViolation = "23503";
const prismaCodes = new Set(["P2025", "P2003"]);

/** Whether a write failed because the row that it changes, or hangs on, was deleted meanwhile, whichever way the statement was sent. */
export function isVanishedRow(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientKnownRequestError) {
    return prismaCodes.has(error.code) || (error.code === "P2010" && JSON.stringify(error.meta ?? {}).includes(foreignKeyViolation));
  }
  return (error as { code?: unknown } | null)?.code === foreignKeyViolation;
}
