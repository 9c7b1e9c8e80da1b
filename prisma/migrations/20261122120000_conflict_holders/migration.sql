-- Whom a host's claim collides with is asked for at every assessment, and hardly any host has such a claim.
CREATE INDEX "host_entra_identities_conflict_host_idx" ON "host_entra_identities"("conflict_host_id") WHERE "conflict_host_id" IS NOT NULL;
