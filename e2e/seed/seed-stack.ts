import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Stack } from "@/lib/simulator/stack/start-stack";

const run = promisify(execFile);

/** Where the stack's own PostgreSQL listens: the socket folder that a server makes for its data folder. */
export function databaseUrlOf({ folder }: Stack): string {
  const socketFolder = join(tmpdir(), `flotilla-${createHash("sha256").update(join(folder, "data")).digest("hex").slice(0, 12)}`);
  return `postgresql://flotilla@localhost/flotilla?host=${encodeURIComponent(socketFolder)}`;
}

/**
 * Fills the stack's database with "Aldergate Research". A program of its own does it: the product's verbs are for the server's side alone,
 * which the browser's test runner is not. Answers with what the program printed, as JSON.
 * @param still no job runs afterwards: what is looked at stays as it was seeded
 */
export async function seedStack(stack: Stack, { still = false } = {}): Promise<SeededIds> {
  const bundle = 'import("./scripts/build-server.mjs").then(({ bundle }) => bundle({ "e2e-seed": "e2e/seed/main.ts" }))';
  await run(process.execPath, ["-e", bundle]);
  const { stdout } = await run(process.execPath, [join("dist", "e2e-seed.mjs"), ...(still ? ["--still"] : [])], {
    env: { ...process.env, NODE_ENV: "test", LOG_LEVEL: "error", DATA_DIR: join(stack.folder, "data"), DATABASE_URL: databaseUrlOf(stack) },
  });
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}") as SeededIds;
}

/** What the seed made, by name. */
export interface SeededIds {
  teams: Record<string, number>;
  policies: Record<string, number>;
  hosts: Record<string, number>;
  /** Open My device of a host with two things to fix, one with one, an unmanaged one and one that is let in; `hostIds` are theirs. */
  deviceTokens: Record<DeviceFace, string>;
  hostIds: Record<DeviceFace, number>;
  people: SeededPeople;
}

/** The people beside the admin: ids of some users and of the directories, what one-time links hold, and sessions of those whom a page keeps waiting. */
export interface SeededPeople {
  users: Record<"admin" | "long" | "disabled" | "program", number>;
  directories: Record<"on" | "draft", number>;
  tokens: Record<"invite" | "ssoInvite" | "reset", string>;
  sessions: Record<"waiting" | "roleless", string>;
}

/** The faces of My device that the seed has a host for. */
export type DeviceFace = "held" | "one" | "loose" | "in";
