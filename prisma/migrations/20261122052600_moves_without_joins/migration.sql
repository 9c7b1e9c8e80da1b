-- The same notes, found without joining old rows to new ones: check-ins change hundreds of hosts in one statement and move none of them.
CREATE OR REPLACE FUNCTION "note_policy_results_moved"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT "id", "team_id", "platform" FROM "old_rows" EXCEPT SELECT "id", "team_id", "platform" FROM "new_rows") THEN
    RETURN NULL;
  END IF;
  INSERT INTO "policy_tally_changes" ("policy_id", "team_id", "policy_version", "outcome", "hosts")
  SELECT r."policy_id", m."team_id", r."policy_version", r."outcome", sum(m."by")
  FROM (SELECT n."id", n."team_id", 1 AS "by" FROM (SELECT "id", "team_id" FROM "new_rows" EXCEPT SELECT "id", "team_id" FROM "old_rows") n
        UNION ALL SELECT o."id", o."team_id", -1 FROM (SELECT "id", "team_id" FROM "old_rows" EXCEPT SELECT "id", "team_id" FROM "new_rows") o) AS m
  JOIN "policy_results" r ON r."host_id" = m."id" GROUP BY 1, 2, 3, 4 HAVING sum(m."by") <> 0;
  INSERT INTO "label_tally_changes" ("label_id", "team_id", "platform", "hosts")
  SELECT l."label_id", m."team_id", m."platform", sum(m."by")
  FROM (SELECT n.*, 1 AS "by" FROM (SELECT "id", "team_id", "platform" FROM "new_rows" EXCEPT SELECT "id", "team_id", "platform" FROM "old_rows") n
        UNION ALL SELECT o.*, -1 FROM (SELECT "id", "team_id", "platform" FROM "old_rows" EXCEPT SELECT "id", "team_id", "platform" FROM "new_rows") o) AS m
  JOIN "label_memberships" l ON l."host_id" = m."id" GROUP BY 1, 2, 3 HAVING sum(m."by") <> 0;
  RETURN NULL;
END $$;
