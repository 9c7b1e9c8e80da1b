import { afterAll, beforeAll, inject } from "vitest";
import { closeDatabase } from "../db/prisma";
import { resetEnv } from "../env";
import { copyTestDatabase } from "./copy-test-database";

// Each test file has a database of its own, so that no file sees another's rows.
const database = copyTestDatabase(inject("testPostgresUrl"));

beforeAll(async () => {
  process.env.DATABASE_URL = (await database).url;
  process.env.SECRET_KEY = "a key for tests only, of forty characters";
  process.env.LOG_LEVEL ??= "error";
  resetEnv();
});

afterAll(async () => {
  await closeDatabase();
  await (await database).drop();
});
