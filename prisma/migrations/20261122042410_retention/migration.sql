-- AlterTable
ALTER TABLE "retention_settings" ADD COLUMN     "host_days" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "repeat_days" INTEGER NOT NULL DEFAULT 7;

-- What the nightly removal asks for, each beside a table that is kept for longer. Only ended rows stand in them, so that a report on its way moves no entry.
CREATE INDEX "compliance_reports_repeats_idx" ON "compliance_reports" ("created_at", "id")
  WHERE "kind" IN ('freshness', 'resync') AND "ended_at" IS NOT NULL;
CREATE INDEX "activities_refused_idx" ON "activities" ("created_at", "id") WHERE "type" IN ('user_failed_login', 'host_enrollment_refused');
CREATE INDEX "attention_items_ended_idx" ON "attention_items" ("ended_at", "id") WHERE "ended_at" IS NOT NULL;

-- Rows whose moving columns stand in no index leave room on their page, so that a new version costs no index entry.
ALTER TABLE "hosts" SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.2);
ALTER TABLE "host_entra_identities" SET (fillfactor = 85);
ALTER TABLE "host_compliance" SET (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE "entra_devices" SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE "policy_results" SET (fillfactor = 90);
ALTER TABLE "policy_tallies" SET (fillfactor = 50);
ALTER TABLE "rate_limits" SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 500);
ALTER TABLE "sessions" SET (fillfactor = 85);

-- Moved every second, and small: pruned as it is read, so that vacuum needn't come for every fifth host.
ALTER TABLE "host_seen" SET (autovacuum_vacuum_scale_factor = 0.5, autovacuum_analyze_scale_factor = 2);

-- Large tables: vacuum comes after a hundredth or a twentieth of the rows, not after a fifth, and isn't held back to a crawl.
ALTER TABLE "policy_results" SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_insert_scale_factor = 0.05,
  autovacuum_analyze_scale_factor = 0.02, autovacuum_vacuum_cost_limit = 1000);
ALTER TABLE "label_memberships" SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_limit = 1000);
ALTER TABLE "compliance_reports" SET (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05,
  autovacuum_analyze_scale_factor = 0.05, autovacuum_vacuum_cost_limit = 1000);
ALTER TABLE "report_events" SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_vacuum_cost_limit = 1000);
ALTER TABLE "access_transitions" SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05);
ALTER TABLE "activities" SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05);

-- A queue: as many rows go as come, so the share of dead ones says nothing.
ALTER TABLE "policy_tally_changes" SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_vacuum_insert_threshold = 50000);
