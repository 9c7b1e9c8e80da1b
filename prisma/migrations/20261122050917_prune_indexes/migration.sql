-- By a column, and an expression, that no other index is in the order of: rows that are kept for longer lie before these in the order of creation, and a plan
-- that walked along that would read them all each night.
DROP INDEX "compliance_reports_repeats_idx";
CREATE INDEX "compliance_reports_repeats_idx" ON "compliance_reports" ("ended_at", "id")
  WHERE "kind" IN ('freshness', 'resync') AND "ended_at" IS NOT NULL;
DROP INDEX "activities_refused_idx";
CREATE INDEX "activities_refused_idx" ON "activities" (("created_at" AT TIME ZONE 'UTC'), "id")
  WHERE "type" IN ('user_failed_login', 'host_enrollment_refused');
