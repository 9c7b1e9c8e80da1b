-- CreateTable
CREATE TABLE "host_places" (
    "host_id" INTEGER NOT NULL,
    "team_id" INTEGER NOT NULL,
    "platform" TEXT NOT NULL,
    "access_state" TEXT NOT NULL DEFAULT 'unsure',
    "place" INTEGER NOT NULL DEFAULT 1,
    "name" TEXT NOT NULL,

    CONSTRAINT "host_places_pkey" PRIMARY KEY ("host_id")
);

-- CreateTable
CREATE TABLE "host_texts" (
    "host_id" INTEGER NOT NULL,
    "text" TEXT NOT NULL,

    CONSTRAINT "host_texts_pkey" PRIMARY KEY ("host_id")
);

-- CreateTable
CREATE TABLE "label_tallies" (
    "label_id" INTEGER NOT NULL,
    "team_id" INTEGER NOT NULL,
    "platform" TEXT NOT NULL,
    "hosts" INTEGER NOT NULL,

    CONSTRAINT "label_tallies_pkey" PRIMARY KEY ("label_id","team_id","platform")
);

-- CreateTable
CREATE TABLE "label_tally_changes" (
    "id" BIGSERIAL NOT NULL,
    "label_id" INTEGER NOT NULL,
    "team_id" INTEGER NOT NULL,
    "platform" TEXT NOT NULL,
    "hosts" INTEGER NOT NULL,

    CONSTRAINT "label_tally_changes_pkey" PRIMARY KEY ("id")
);

-- Whoever changes a host, its identity or its verdict, in whatever way, keeps its place in lists and its searched text right.
CREATE FUNCTION "host_place_name"(h "hosts") RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT left(lower(coalesce(nullif(h."computer_name", ''), nullif(h."hostname", ''), nullif(h."hardware_serial", ''), 'Host ' || h."id")), 200)
$$;

CREATE FUNCTION "access_place"(state text) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE state WHEN 'held' THEN 0 WHEN 'unsure' THEN 1 WHEN 'loose' THEN 2 ELSE 3 END
$$;

CREATE FUNCTION "host_search_text"(h "hosts") RETURNS text LANGUAGE sql STABLE AS $$
  SELECT lower(concat_ws(E'\n', h."computer_name", h."hostname", h."hardware_serial", h."hardware_uuid", h."primary_ip", h."public_ip", h."device_mapping_email",
    (SELECT concat_ws(E'\n', i."user_principal_name", i."device_id") FROM "host_entra_identities" i WHERE i."host_id" = h."id")))
$$;

CREATE FUNCTION "place_new_host"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "host_places" ("host_id", "team_id", "platform", "name") VALUES (NEW."id", NEW."team_id", NEW."platform", "host_place_name"(NEW));
  INSERT INTO "host_texts" ("host_id", "text") VALUES (NEW."id", "host_search_text"(NEW));
  RETURN NULL;
END $$;

CREATE FUNCTION "place_changed_host"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "host_places" SET "team_id" = NEW."team_id", "platform" = NEW."platform", "name" = "host_place_name"(NEW) WHERE "host_id" = NEW."id"
    AND ("team_id", "platform", "name") IS DISTINCT FROM (NEW."team_id", NEW."platform", "host_place_name"(NEW));
  UPDATE "host_texts" SET "text" = "host_search_text"(NEW) WHERE "host_id" = NEW."id" AND "text" <> "host_search_text"(NEW);
  RETURN NULL;
END $$;

CREATE FUNCTION "describe_host_of_identity"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "host_texts" t SET "text" = "host_search_text"(h) FROM "hosts" h
    WHERE h."id" = CASE WHEN TG_OP = 'DELETE' THEN OLD."host_id" ELSE NEW."host_id" END AND t."host_id" = h."id";
  RETURN NULL;
END $$;

CREATE FUNCTION "place_judged_hosts"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "host_places" p SET "access_state" = n."access_state", "place" = "access_place"(n."access_state")
  FROM "new_rows" n WHERE p."host_id" = n."host_id" AND p."access_state" <> n."access_state";
  RETURN NULL;
END $$;

CREATE FUNCTION "place_unjudged_hosts"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "host_places" p SET "access_state" = 'unsure', "place" = "access_place"('unsure')
  FROM "old_rows" o WHERE p."host_id" = o."host_id" AND p."access_state" <> 'unsure';
  RETURN NULL;
END $$;

CREATE TRIGGER "hosts_made_placed" AFTER INSERT ON "hosts" FOR EACH ROW EXECUTE FUNCTION "place_new_host"();
CREATE TRIGGER "hosts_changed_placed" AFTER UPDATE ON "hosts" FOR EACH ROW
  WHEN ((OLD."team_id", OLD."platform", OLD."computer_name", OLD."hostname", OLD."hardware_serial", OLD."hardware_uuid", OLD."primary_ip", OLD."public_ip", OLD."device_mapping_email")
    IS DISTINCT FROM (NEW."team_id", NEW."platform", NEW."computer_name", NEW."hostname", NEW."hardware_serial", NEW."hardware_uuid", NEW."primary_ip", NEW."public_ip", NEW."device_mapping_email"))
  EXECUTE FUNCTION "place_changed_host"();
CREATE TRIGGER "host_entra_identities_made_described" AFTER INSERT OR DELETE ON "host_entra_identities" FOR EACH ROW EXECUTE FUNCTION "describe_host_of_identity"();
CREATE TRIGGER "host_entra_identities_changed_described" AFTER UPDATE ON "host_entra_identities" FOR EACH ROW
  WHEN ((OLD."device_id", OLD."user_principal_name") IS DISTINCT FROM (NEW."device_id", NEW."user_principal_name"))
  EXECUTE FUNCTION "describe_host_of_identity"();
CREATE TRIGGER "host_compliance_made_placed" AFTER INSERT ON "host_compliance" REFERENCING NEW TABLE AS "new_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "place_judged_hosts"();
CREATE TRIGGER "host_compliance_changed_placed" AFTER UPDATE ON "host_compliance" REFERENCING NEW TABLE AS "new_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "place_judged_hosts"();
CREATE TRIGGER "host_compliance_ended_placed" AFTER DELETE ON "host_compliance" REFERENCING OLD TABLE AS "old_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "place_unjudged_hosts"();

INSERT INTO "host_places" ("host_id", "team_id", "platform", "access_state", "place", "name")
SELECT h."id", h."team_id", h."platform", coalesce(c."access_state", 'unsure'), "access_place"(coalesce(c."access_state", 'unsure')), "host_place_name"(h)
FROM "hosts" h LEFT JOIN "host_compliance" c ON c."host_id" = h."id";
INSERT INTO "host_texts" ("host_id", "text") SELECT h."id", "host_search_text"(h) FROM "hosts" h;

-- Read without their table: the default order of hosts, with what most lists and every count narrow them by.
CREATE INDEX "host_places_place_name_idx" ON "host_places" ("place", "name", "host_id") INCLUDE ("team_id", "platform");
CREATE INDEX "host_places_name_idx" ON "host_places" ("name", "host_id");
ALTER TABLE "host_places" ADD CONSTRAINT "host_places_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "hosts"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "host_texts" ADD CONSTRAINT "host_texts_host_id_fkey" FOREIGN KEY ("host_id") REFERENCES "hosts"("id") ON DELETE CASCADE ON UPDATE CASCADE;
-- Counting from the index alone lives on a fresh visibility map.
ALTER TABLE "host_places" SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02);

-- A database whose owner may not add extensions is searched without the index: slower, and as right.
DO $$
BEGIN
  CREATE EXTENSION IF NOT EXISTS pg_trgm;
  CREATE INDEX "host_texts_trigram_idx" ON "host_texts" USING gin ("text" gin_trgm_ops);
EXCEPTION WHEN OTHERS THEN
  RAISE WARNING 'pg_trgm is not available: %', SQLERRM;
END $$;

-- Members of labels are counted as answers are: noted by whoever changes them, added up by a job.
CREATE FUNCTION "note_label_members_made"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "label_tally_changes" ("label_id", "team_id", "platform", "hosts")
  SELECT n."label_id", h."team_id", h."platform", count(*) FROM "new_rows" n JOIN "hosts" h ON h."id" = n."host_id" GROUP BY 1, 2, 3;
  RETURN NULL;
END $$;

CREATE FUNCTION "note_label_members_ended"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "label_tally_changes" ("label_id", "team_id", "platform", "hosts")
  SELECT o."label_id", h."team_id", h."platform", -count(*) FROM "old_rows" o JOIN "hosts" h ON h."id" = o."host_id" GROUP BY 1, 2, 3;
  RETURN NULL;
END $$;

CREATE TRIGGER "label_memberships_made_noted" AFTER INSERT ON "label_memberships" REFERENCING NEW TABLE AS "new_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "note_label_members_made"();
CREATE TRIGGER "label_memberships_ended_noted" AFTER DELETE ON "label_memberships" REFERENCING OLD TABLE AS "old_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "note_label_members_ended"();

-- A host takes its answers along to its new team, and its memberships to its new team or platform. Most statements move nobody
-- and end at the first question.
CREATE OR REPLACE FUNCTION "note_policy_results_moved"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM "new_rows" n JOIN "old_rows" o ON o."id" = n."id" WHERE (o."team_id", o."platform") <> (n."team_id", n."platform")) THEN
    RETURN NULL;
  END IF;
  INSERT INTO "policy_tally_changes" ("policy_id", "team_id", "policy_version", "outcome", "hosts")
  SELECT r."policy_id", m."team_id", r."policy_version", r."outcome", sum(m."by")
  FROM (SELECT n."id", n."team_id", 1 AS "by" FROM "new_rows" n JOIN "old_rows" o ON o."id" = n."id" WHERE o."team_id" <> n."team_id"
        UNION ALL SELECT o."id", o."team_id", -1 FROM "new_rows" n JOIN "old_rows" o ON o."id" = n."id" WHERE o."team_id" <> n."team_id") AS m
  JOIN "policy_results" r ON r."host_id" = m."id" GROUP BY 1, 2, 3, 4 HAVING sum(m."by") <> 0;
  INSERT INTO "label_tally_changes" ("label_id", "team_id", "platform", "hosts")
  SELECT l."label_id", m."team_id", m."platform", sum(m."by")
  FROM (SELECT n."id", n."team_id", n."platform", 1 AS "by" FROM "new_rows" n UNION ALL SELECT o."id", o."team_id", o."platform", -1 FROM "old_rows" o) AS m
  JOIN "label_memberships" l ON l."host_id" = m."id" GROUP BY 1, 2, 3 HAVING sum(m."by") <> 0;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION "end_policy_results_of_host"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM "policy_results" WHERE "host_id" = OLD."id";
  DELETE FROM "label_memberships" WHERE "host_id" = OLD."id";
  RETURN OLD;
END $$;

INSERT INTO "label_tallies" ("label_id", "team_id", "platform", "hosts")
SELECT m."label_id", h."team_id", h."platform", count(*) FROM "label_memberships" m JOIN "hosts" h ON h."id" = m."host_id" GROUP BY 1, 2, 3;

ALTER TABLE "label_tally_changes" SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
