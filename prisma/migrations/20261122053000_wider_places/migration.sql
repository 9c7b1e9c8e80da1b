-- Lists, counts and previews read of each host what stands here, a tenth of its own row: whether it is online, what it runs, whether Entra knows it.
ALTER TABLE "host_places"
  ADD COLUMN "os" TEXT COLLATE "C" NOT NULL DEFAULT '',
  ADD COLUMN "mdm_state" TEXT NOT NULL DEFAULT 'unknown',
  ADD COLUMN "registered" BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN "online_seconds" INTEGER NOT NULL DEFAULT 70,
  ADD COLUMN "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

CREATE FUNCTION "host_os"(h "hosts") RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT h."os_name" || ' ' || h."os_version"
$$;

-- Heard within the shorter of the two intervals plus a minute.
CREATE FUNCTION "host_online_seconds"(h "hosts") RETURNS integer LANGUAGE sql IMMUTABLE AS $$
  SELECT least(h."distributed_interval_seconds", h."config_refresh_seconds") + 60
$$;

CREATE FUNCTION "is_registered"(i "host_entra_identities") RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
  SELECT coalesce(i."state" = 'registered' AND i."conflict_since" IS NULL, false)
$$;

UPDATE "host_places" p SET "os" = "host_os"(h), "mdm_state" = h."mdm_state", "registered" = "is_registered"(i), "online_seconds" = "host_online_seconds"(h), "created_at" = h."created_at"
FROM "hosts" h LEFT JOIN "host_entra_identities" i ON i."host_id" = h."id" WHERE h."id" = p."host_id";

CREATE OR REPLACE FUNCTION "place_new_host"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "host_places" ("host_id", "team_id", "platform", "name", "os", "mdm_state", "online_seconds", "created_at")
  VALUES (NEW."id", NEW."team_id", NEW."platform", "host_place_name"(NEW), "host_os"(NEW), NEW."mdm_state", "host_online_seconds"(NEW), NEW."created_at");
  INSERT INTO "host_texts" ("host_id", "text") VALUES (NEW."id", "host_search_text"(NEW));
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION "place_changed_host"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "host_places" SET "team_id" = NEW."team_id", "platform" = NEW."platform", "name" = "host_place_name"(NEW), "os" = "host_os"(NEW), "mdm_state" = NEW."mdm_state",
    "online_seconds" = "host_online_seconds"(NEW), "created_at" = NEW."created_at"
  WHERE "host_id" = NEW."id" AND ("team_id", "platform", "name", "os", "mdm_state", "online_seconds", "created_at")
    IS DISTINCT FROM (NEW."team_id", NEW."platform", "host_place_name"(NEW), "host_os"(NEW), NEW."mdm_state", "host_online_seconds"(NEW), NEW."created_at");
  UPDATE "host_texts" SET "text" = "host_search_text"(NEW) WHERE "host_id" = NEW."id" AND "text" <> "host_search_text"(NEW);
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION "describe_host_of_identity"() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  host integer := CASE WHEN TG_OP = 'DELETE' THEN OLD."host_id" ELSE NEW."host_id" END;
  known boolean := CASE WHEN TG_OP = 'DELETE' THEN false ELSE "is_registered"(NEW) END;
BEGIN
  UPDATE "host_places" SET "registered" = known WHERE "host_id" = host AND "registered" <> known;
  UPDATE "host_texts" t SET "text" = "host_search_text"(h) FROM "hosts" h WHERE h."id" = host AND t."host_id" = host AND t."text" <> "host_search_text"(h);
  RETURN NULL;
END $$;

DROP TRIGGER "hosts_changed_placed" ON "hosts";
CREATE TRIGGER "hosts_changed_placed" AFTER UPDATE ON "hosts" FOR EACH ROW
  WHEN ((OLD."team_id", OLD."platform", OLD."computer_name", OLD."hostname", OLD."hardware_serial", OLD."hardware_uuid", OLD."primary_ip", OLD."public_ip", OLD."device_mapping_email",
      OLD."os_name", OLD."os_version", OLD."mdm_state", OLD."distributed_interval_seconds", OLD."config_refresh_seconds", OLD."created_at")
    IS DISTINCT FROM (NEW."team_id", NEW."platform", NEW."computer_name", NEW."hostname", NEW."hardware_serial", NEW."hardware_uuid", NEW."primary_ip", NEW."public_ip", NEW."device_mapping_email",
      NEW."os_name", NEW."os_version", NEW."mdm_state", NEW."distributed_interval_seconds", NEW."config_refresh_seconds", NEW."created_at"))
  EXECUTE FUNCTION "place_changed_host"();
DROP TRIGGER "host_entra_identities_changed_described" ON "host_entra_identities";
CREATE TRIGGER "host_entra_identities_changed_described" AFTER UPDATE ON "host_entra_identities" FOR EACH ROW
  WHEN ((OLD."device_id", OLD."user_principal_name", OLD."state", OLD."conflict_since") IS DISTINCT FROM (NEW."device_id", NEW."user_principal_name", NEW."state", NEW."conflict_since"))
  EXECUTE FUNCTION "describe_host_of_identity"();
