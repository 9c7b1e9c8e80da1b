-- A large team's hosts leave it some at a time; meanwhile nobody finds the team, and another may have its name.
ALTER TABLE "teams" ADD COLUMN "deleted_at" TIMESTAMPTZ(3);
DROP INDEX "teams_name_key";
CREATE UNIQUE INDEX "teams_name_key" ON "teams" (lower("name")) WHERE "deleted_at" IS NULL;
