-- DropForeignKey
ALTER TABLE "label_memberships" DROP CONSTRAINT "label_memberships_label_id_fkey";

-- DropForeignKey
ALTER TABLE "policy_results" DROP CONSTRAINT "policy_results_policy_id_fkey";

-- DropIndex
DROP INDEX "host_seen_seen_at_idx";

-- CreateTable
CREATE TABLE "policy_tallies" (
    "policy_id" INTEGER NOT NULL,
    "team_id" INTEGER NOT NULL,
    "policy_version" INTEGER NOT NULL,
    "outcome" TEXT NOT NULL,
    "hosts" INTEGER NOT NULL,

    CONSTRAINT "policy_tallies_pkey" PRIMARY KEY ("policy_id","team_id","policy_version","outcome")
);

-- CreateTable
CREATE TABLE "policy_tally_changes" (
    "id" BIGSERIAL NOT NULL,
    "policy_id" INTEGER NOT NULL,
    "team_id" INTEGER NOT NULL,
    "policy_version" INTEGER NOT NULL,
    "outcome" TEXT NOT NULL,
    "hosts" INTEGER NOT NULL,

    CONSTRAINT "policy_tally_changes_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "retention_settings" (
    "id" INTEGER NOT NULL,
    "transition_days" INTEGER NOT NULL DEFAULT 0,
    "report_days" INTEGER NOT NULL DEFAULT 90,
    "activity_days" INTEGER NOT NULL DEFAULT 0,
    "sign_in_days" INTEGER NOT NULL DEFAULT 90,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "retention_settings_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "metric_samples" (
    "instance" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "values" JSONB NOT NULL,

    CONSTRAINT "metric_samples_pkey" PRIMARY KEY ("instance","at")
);

-- CreateIndex
CREATE INDEX "policy_tally_changes_policy_id_idx" ON "policy_tally_changes"("policy_id");

-- CreateIndex
CREATE INDEX "metric_samples_at_idx" ON "metric_samples"("at");

INSERT INTO "retention_settings" ("id") VALUES (1);

ALTER TABLE "host_seen" SET (fillfactor = 50);

-- What a sender takes next, and what still lives: small beside everything that was ever told.
CREATE INDEX "compliance_reports_due_idx" ON "compliance_reports" ("connection_id", "priority" DESC, "caused_at", "id")
  WHERE "ended_at" IS NULL AND "state" IN ('queued', 'failed', 'mismatch', 'attention', 'uploading');

-- However many hosts a statement touches, each is named, 500 to a notification: forgetting every host at once would send a whole fleet to the database.
CREATE OR REPLACE FUNCTION "notify_hosts_of_results_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('flotilla_host_changed', string_agg("host_id"::text, ','))
  FROM (SELECT "host_id", (row_number() OVER () - 1) / 500 AS "pack" FROM (SELECT DISTINCT "host_id" FROM "changed_rows") AS "hosts") AS "packs"
  GROUP BY "pack";
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION "notify_hosts_of_memberships_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('flotilla_host_changed', string_agg("host_id"::text, ','))
  FROM (SELECT "host_id", (row_number() OVER () - 1) / 500 AS "pack" FROM (
    SELECT DISTINCT c."host_id" FROM "changed_rows" c WHERE EXISTS (SELECT 1 FROM "policy_labels" p WHERE p."label_id" = c."label_id")) AS "hosts") AS "packs"
  GROUP BY "pack";
  RETURN NULL;
END $$;
