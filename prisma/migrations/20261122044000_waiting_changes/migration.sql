-- CreateTable
CREATE TABLE "host_moves" (
    "host_id" INTEGER NOT NULL,
    "team_id" INTEGER NOT NULL,
    "asked_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "host_moves_pkey" PRIMARY KEY ("host_id")
);

-- CreateTable
CREATE TABLE "label_member_changes" (
    "label_id" INTEGER NOT NULL,
    "host_id" INTEGER NOT NULL,
    "joins" BOOLEAN NOT NULL,
    "asked_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "label_member_changes_pkey" PRIMARY KEY ("label_id","host_id")
);

-- DropIndex
DROP INDEX "host_compliance_assess_again_at_idx";

-- CreateIndex
CREATE INDEX "host_compliance_assess_again_at_host_id_idx" ON "host_compliance"("assess_again_at", "host_id");

-- Hosts whose next check-in by itself moves their verdict: silent ones, and those that were asked something and haven't called since.
CREATE INDEX "host_compliance_awaited_idx" ON "host_compliance" ("host_id")
  WHERE "reasons" @> '[{"code": "stale"}]'::jsonb OR "reasons" @? '$[*] ? (@.code == "waiting_for_answer" && !exists(@.since))'::jsonpath;
