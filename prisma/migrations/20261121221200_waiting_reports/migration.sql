-- What the next free sender takes: most urgent first, then longest waiting.
CREATE INDEX "compliance_reports_waiting" ON "compliance_reports" ("connection_id", "priority" DESC, "caused_at", "id") WHERE "ended_at" IS NULL;
-- What an audit-only device would have been told last.
CREATE INDEX "compliance_reports_audited" ON "compliance_reports" ("connection_id", "device_id", "created_at" DESC) WHERE "provider" = 'audit_only';
-- Hosts that a sweep looks at again.
CREATE INDEX "host_entra_identities_in_conflict" ON "host_entra_identities" ("conflict_host_id") WHERE "conflict_since" IS NOT NULL;
