-- Whoever changes answers, in whatever way, notes in the same transaction by how much the counts moved. Notes are only ever
-- added, so writers never wait for one another; a job adds them up.
CREATE FUNCTION "note_policy_results_made"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "policy_tally_changes" ("policy_id", "team_id", "policy_version", "outcome", "hosts")
  SELECT n."policy_id", h."team_id", n."policy_version", n."outcome", count(*)
  FROM "new_rows" n JOIN "hosts" h ON h."id" = n."host_id" GROUP BY 1, 2, 3, 4;
  RETURN NULL;
END $$;

CREATE FUNCTION "note_policy_results_changed"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "policy_tally_changes" ("policy_id", "team_id", "policy_version", "outcome", "hosts")
  SELECT r."policy_id", h."team_id", r."policy_version", r."outcome", sum(r."by")
  FROM (SELECT "host_id", "policy_id", "policy_version", "outcome", 1 AS "by" FROM "new_rows"
        UNION ALL SELECT "host_id", "policy_id", "policy_version", "outcome", -1 FROM "old_rows") AS r
  JOIN "hosts" h ON h."id" = r."host_id" GROUP BY 1, 2, 3, 4 HAVING sum(r."by") <> 0;
  RETURN NULL;
END $$;

CREATE FUNCTION "note_policy_results_ended"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO "policy_tally_changes" ("policy_id", "team_id", "policy_version", "outcome", "hosts")
  SELECT o."policy_id", h."team_id", o."policy_version", o."outcome", -count(*)
  FROM "old_rows" o JOIN "hosts" h ON h."id" = o."host_id" GROUP BY 1, 2, 3, 4;
  RETURN NULL;
END $$;

-- A host takes its answers along to its new team. Most statements move nobody and end at the first question.
CREATE FUNCTION "note_policy_results_moved"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM "new_rows" n JOIN "old_rows" o ON o."id" = n."id" WHERE o."team_id" <> n."team_id") THEN
    RETURN NULL;
  END IF;
  INSERT INTO "policy_tally_changes" ("policy_id", "team_id", "policy_version", "outcome", "hosts")
  SELECT r."policy_id", m."team_id", r."policy_version", r."outcome", sum(m."by")
  FROM (SELECT n."id", n."team_id", 1 AS "by" FROM "new_rows" n JOIN "old_rows" o ON o."id" = n."id" WHERE o."team_id" <> n."team_id"
        UNION ALL SELECT o."id", o."team_id", -1 FROM "new_rows" n JOIN "old_rows" o ON o."id" = n."id" WHERE o."team_id" <> n."team_id") AS m
  JOIN "policy_results" r ON r."host_id" = m."id" GROUP BY 1, 2, 3, 4 HAVING sum(m."by") <> 0;
  RETURN NULL;
END $$;

-- A cascade removes answers when their host, and with it their team, is gone already: they go first.
CREATE FUNCTION "end_policy_results_of_host"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM "policy_results" WHERE "host_id" = OLD."id";
  RETURN OLD;
END $$;

CREATE TRIGGER "policy_results_made_noted" AFTER INSERT ON "policy_results" REFERENCING NEW TABLE AS "new_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "note_policy_results_made"();
CREATE TRIGGER "policy_results_changed_noted" AFTER UPDATE ON "policy_results" REFERENCING NEW TABLE AS "new_rows" OLD TABLE AS "old_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "note_policy_results_changed"();
CREATE TRIGGER "policy_results_ended_noted" AFTER DELETE ON "policy_results" REFERENCING OLD TABLE AS "old_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "note_policy_results_ended"();
CREATE TRIGGER "hosts_moved_noted" AFTER UPDATE ON "hosts" REFERENCING NEW TABLE AS "new_rows" OLD TABLE AS "old_rows"
  FOR EACH STATEMENT EXECUTE FUNCTION "note_policy_results_moved"();
CREATE TRIGGER "hosts_end_their_results" BEFORE DELETE ON "hosts" FOR EACH ROW EXECUTE FUNCTION "end_policy_results_of_host"();

INSERT INTO "policy_tallies" ("policy_id", "team_id", "policy_version", "outcome", "hosts")
SELECT r."policy_id", h."team_id", r."policy_version", r."outcome", count(*)
FROM "policy_results" r JOIN "hosts" h ON h."id" = r."host_id" GROUP BY 1, 2, 3, 4;

-- Notes live for a minute: the table is emptied again and again, and is read on every page of policies.
ALTER TABLE "policy_tally_changes" SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
