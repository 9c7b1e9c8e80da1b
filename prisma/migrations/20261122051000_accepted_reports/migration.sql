-- What Microsoft accepted lately, and when last: asked on every page, of a table that keeps what was told for months.
CREATE INDEX "compliance_reports_accepted_idx" ON "compliance_reports" ("accepted_at") WHERE "accepted_at" IS NOT NULL;
-- A team's reports are read newest first.
CREATE INDEX "compliance_reports_created_id_idx" ON "compliance_reports" ("created_at" DESC, "id");
DROP INDEX "compliance_reports_created_at_idx";

-- What a search of activities looks at. A database without trigrams is searched newest first, row by row.
DO $$
BEGIN
  CREATE INDEX "activities_text_idx" ON "activities"
    USING gin (lower("actor_name" || E'\n' || "actor_email" || E'\n' || "address" || E'\n' || "details"::text) gin_trgm_ops);
EXCEPTION WHEN OTHERS THEN
  RAISE WARNING 'activities are searched without an index: %', SQLERRM;
END $$;
