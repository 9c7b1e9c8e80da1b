-- Hosts of a deleted team fall to "No team", the column's default.
ALTER TABLE "hosts" DROP CONSTRAINT "hosts_team_id_fkey";
ALTER TABLE "hosts" ADD CONSTRAINT "hosts_team_id_fkey" FOREIGN KEY ("team_id") REFERENCES "teams"("id") ON DELETE SET DEFAULT ON UPDATE CASCADE;
