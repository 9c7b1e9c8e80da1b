-- What a host is asked hangs on two of the reasons alone: a pass over a fleet that rewords the others is no news to whoever answers agents.
DROP TRIGGER "host_compliance_changed" ON "host_compliance";
CREATE TRIGGER "host_compliance_changed" AFTER UPDATE ON "host_compliance" FOR EACH ROW
  WHEN ((OLD."access_state", OLD."blocking_policies", OLD."reasons" @> '[{"code": "stale"}]', OLD."reasons" @> '[{"code": "mdm_off"}]')
    IS DISTINCT FROM (NEW."access_state", NEW."blocking_policies", NEW."reasons" @> '[{"code": "stale"}]', NEW."reasons" @> '[{"code": "mdm_off"}]'))
  EXECUTE FUNCTION "notify_host_of_row_changed"();
