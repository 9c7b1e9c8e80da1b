-- What a device token opens is answered from memory: a new token is news to every instance.
DROP TRIGGER "hosts_changed" ON "hosts";
CREATE TRIGGER "hosts_changed" AFTER UPDATE ON "hosts" FOR EACH ROW
  WHEN ((OLD."team_id", OLD."node_key_hash", OLD."orbit_node_key_hash", OLD."device_token_hash", OLD."platform", OLD."hostname", OLD."refetch_requested_at",
      OLD."refetch_critical_until", OLD."details_digest")
    IS DISTINCT FROM (NEW."team_id", NEW."node_key_hash", NEW."orbit_node_key_hash", NEW."device_token_hash", NEW."platform", NEW."hostname", NEW."refetch_requested_at",
      NEW."refetch_critical_until", NEW."details_digest"))
  EXECUTE FUNCTION "notify_host_changed"();
