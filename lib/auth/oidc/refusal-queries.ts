import type { Db } from "../../db/prisma";

/** The reason that a refused sign-in left in the activities under its reference. */
export async function findRefusalReason(db: Db, reference: string): Promise<string> {
  const row = await db.activity.findFirst({
    where: { type: "user_failed_login", details: { path: ["reference"], equals: reference } },
    orderBy: { id: "desc" },
    select: { details: true },
  });
  const reason = (row?.details as { reason?: unknown } | null)?.reason;
  return typeof reason === "string" ? reason : "";
}
