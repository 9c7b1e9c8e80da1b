import { Prisma } from "../generated/prisma/client";

const uniqueViolation = "23505";

/** Whether a write failed because a row with the same unique value stands already, whichever way the statement was sent. */
export function isUniqueViolation(error: unknown): boolean {
  if (error instanceof Prisma.PrismaClientKnownRequestError) {
    return error.code === "P2002" || (error.code === "P2010" && JSON.stringify(error.meta ?? {}).includes(uniqueViolation));
  }
  return (error as { code?: unknown } | null)?.code === uniqueViolation;
}
