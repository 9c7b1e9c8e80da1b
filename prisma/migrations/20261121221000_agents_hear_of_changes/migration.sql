ALTER TABLE "hosts" ADD COLUMN "enrolled_team_id" INTEGER, ADD COLUMN "details_digest" TEXT NOT NULL DEFAULT '';

-- Every instance answers agents from memory; whoever changes what such an answer rests on, in whatever way, tells all of them.
-- Channel flotilla_host_changed: a host's id, or * for all. Channel flotilla_catalogue_changed: what is asked of hosts.
CREATE FUNCTION "notify_catalogue_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('flotilla_catalogue_changed', '');
  RETURN NULL;
END $$;

CREATE FUNCTION "notify_host_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('flotilla_host_changed', CASE WHEN TG_OP = 'DELETE' THEN OLD."id" ELSE NEW."id" END::text);
  RETURN NULL;
END $$;

CREATE FUNCTION "notify_host_of_row_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('flotilla_host_changed', CASE WHEN TG_OP = 'DELETE' THEN OLD."host_id" ELSE NEW."host_id" END::text);
  RETURN NULL;
END $$;

CREATE FUNCTION "notify_hosts_of_results_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM (SELECT DISTINCT "host_id" FROM "changed_rows" LIMIT 501) AS "many") > 500 THEN
    PERFORM pg_notify('flotilla_host_changed', '*');
  ELSE
    PERFORM pg_notify('flotilla_host_changed', "host_id"::text) FROM (SELECT DISTINCT "host_id" FROM "changed_rows") AS "few";
  END IF;
  RETURN NULL;
END $$;

-- Only labels that scope a policy decide what is asked.
CREATE FUNCTION "notify_hosts_of_memberships_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM (SELECT "host_id" FROM "changed_rows" LIMIT 501) AS "many") > 500 THEN
    PERFORM pg_notify('flotilla_host_changed', '*');
  ELSE
    PERFORM pg_notify('flotilla_host_changed', "host_id"::text)
    FROM (SELECT DISTINCT c."host_id" FROM "changed_rows" c WHERE EXISTS (SELECT 1 FROM "policy_labels" p WHERE p."label_id" = c."label_id")) AS "few";
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER "hosts_changed" AFTER UPDATE ON "hosts" FOR EACH ROW
  WHEN ((OLD."team_id", OLD."node_key_hash", OLD."orbit_node_key_hash", OLD."platform", OLD."hostname", OLD."refetch_requested_at", OLD."refetch_critical_until", OLD."details_digest")
    IS DISTINCT FROM (NEW."team_id", NEW."node_key_hash", NEW."orbit_node_key_hash", NEW."platform", NEW."hostname", NEW."refetch_requested_at", NEW."refetch_critical_until", NEW."details_digest"))
  EXECUTE FUNCTION "notify_host_changed"();
CREATE TRIGGER "hosts_deleted" AFTER DELETE ON "hosts" FOR EACH ROW EXECUTE FUNCTION "notify_host_changed"();

CREATE TRIGGER "host_compliance_made" AFTER INSERT ON "host_compliance" FOR EACH ROW EXECUTE FUNCTION "notify_host_of_row_changed"();
CREATE TRIGGER "host_compliance_changed" AFTER UPDATE ON "host_compliance" FOR EACH ROW
  WHEN ((OLD."access_state", OLD."blocking_policies", OLD."reasons") IS DISTINCT FROM (NEW."access_state", NEW."blocking_policies", NEW."reasons"))
  EXECUTE FUNCTION "notify_host_of_row_changed"();

CREATE TRIGGER "host_entra_identities_made" AFTER INSERT ON "host_entra_identities" FOR EACH ROW EXECUTE FUNCTION "notify_host_of_row_changed"();
CREATE TRIGGER "host_entra_identities_changed" AFTER UPDATE ON "host_entra_identities" FOR EACH ROW
  WHEN ((OLD."device_id", OLD."user_principal_name", OLD."state") IS DISTINCT FROM (NEW."device_id", NEW."user_principal_name", NEW."state"))
  EXECUTE FUNCTION "notify_host_of_row_changed"();

CREATE TRIGGER "policy_results_made" AFTER INSERT ON "policy_results" REFERENCING NEW TABLE AS "changed_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "notify_hosts_of_results_changed"();
CREATE TRIGGER "policy_results_changed" AFTER UPDATE ON "policy_results" REFERENCING NEW TABLE AS "changed_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "notify_hosts_of_results_changed"();

CREATE TRIGGER "label_memberships_made" AFTER INSERT ON "label_memberships" REFERENCING NEW TABLE AS "changed_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "notify_hosts_of_memberships_changed"();
CREATE TRIGGER "label_memberships_ended" AFTER DELETE ON "label_memberships" REFERENCING OLD TABLE AS "changed_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "notify_hosts_of_memberships_changed"();

CREATE TRIGGER "policies_changed" AFTER INSERT OR UPDATE OR DELETE ON "policies" FOR EACH STATEMENT EXECUTE FUNCTION "notify_catalogue_changed"();
CREATE TRIGGER "policy_labels_changed" AFTER INSERT OR UPDATE OR DELETE ON "policy_labels" FOR EACH STATEMENT EXECUTE FUNCTION "notify_catalogue_changed"();
CREATE TRIGGER "labels_changed" AFTER INSERT OR UPDATE OR DELETE ON "labels" FOR EACH STATEMENT EXECUTE FUNCTION "notify_catalogue_changed"();
CREATE TRIGGER "teams_changed" AFTER INSERT OR UPDATE OR DELETE ON "teams" FOR EACH STATEMENT EXECUTE FUNCTION "notify_catalogue_changed"();
CREATE TRIGGER "organisation_changed" AFTER UPDATE ON "organisation" FOR EACH STATEMENT EXECUTE FUNCTION "notify_catalogue_changed"();
CREATE TRIGGER "entra_connections_made" AFTER INSERT OR DELETE ON "entra_connections" FOR EACH STATEMENT EXECUTE FUNCTION "notify_catalogue_changed"();
CREATE TRIGGER "entra_connections_changed" AFTER UPDATE OF "tenant_id", "is_default" ON "entra_connections"
  FOR EACH STATEMENT EXECUTE FUNCTION "notify_catalogue_changed"();
