-- AlterTable
ALTER TABLE "compliance_reports" ADD COLUMN "resting" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "entra_paces" (
    "connection_id" INTEGER NOT NULL,
    "audience" TEXT NOT NULL,
    "per_second" DOUBLE PRECISION NOT NULL,
    "ceiling" DOUBLE PRECISION NOT NULL,
    "free_at" TIMESTAMPTZ(3) NOT NULL,
    "grown_at" TIMESTAMPTZ(3) NOT NULL,
    "throttled_until" TIMESTAMPTZ(3),

    CONSTRAINT "entra_paces_pkey" PRIMARY KEY ("connection_id","audience")
);

-- AddForeignKey
ALTER TABLE "entra_paces" ADD CONSTRAINT "entra_paces_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "entra_connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Changed with every call to Microsoft: room for new versions beside the old ones.
ALTER TABLE "entra_paces" SET (fillfactor = 10);

-- What waits for its time stands apart from what is due, so that thousands of it never stand in the way of the next one to send.
UPDATE "compliance_reports" SET "resting" = true WHERE "ended_at" IS NULL AND "next_attempt_at" > now();
DROP INDEX "compliance_reports_due_idx";
CREATE INDEX "compliance_reports_due_idx" ON "compliance_reports" ("connection_id", "priority" DESC, "caused_at", "id")
  WHERE "ended_at" IS NULL AND NOT "resting" AND "state" IN ('queued', 'failed', 'mismatch', 'attention', 'uploading');
CREATE INDEX "compliance_reports_resting_idx" ON "compliance_reports" ("connection_id", "next_attempt_at")
  WHERE "ended_at" IS NULL AND "resting" AND "state" IN ('queued', 'failed', 'mismatch', 'attention', 'uploading');
-- Messages whose fate is to be asked for, oldest first.
CREATE INDEX "compliance_reports_look_idx" ON "compliance_reports" ("connection_id", "state", "next_attempt_at")
  WHERE "ended_at" IS NULL AND "state" IN ('submitted', 'completed');
