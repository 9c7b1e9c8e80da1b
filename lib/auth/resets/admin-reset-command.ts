import { existsSync } from "node:fs";
import { join } from "node:path";
import { serverContext } from "../../context";
import { closeDatabase } from "../../db/prisma";
import { startEmbeddedPostgres, type EmbeddedPostgres } from "../../db/embedded-postgres";
import { dataDir, env, resetEnv } from "../../env";
import { FlotillaError, StartupError } from "../../errors";
import { asFlotillaError } from "../../http/error-envelope";
import { issueResetLink } from "./issue-reset-link";
import { resetMinutes } from "./make-reset-link";

const missingTable = /42P01|P2021|P2022|does not exist/;

/**
 * `npm run admin:reset -- mail@example.com`: prints a one-time link to a new password. Works beside a running server and without one, on the embedded
 * database or on DATABASE_URL's. Gives the exit code: 0 printed, 1 refused with a sentence, 2 called wrongly.
 */
export async function runAdminReset(args: readonly string[]): Promise<number> {
  const [email, ...rest] = args;
  if (!email?.includes("@") || rest.length > 0) {
    console.error("Say whose password is to be reset:  npm run admin:reset -- you@example.com");
    return 2;
  }
  let embedded: EmbeddedPostgres | undefined;
  try {
    embedded = await reachDatabase();
    const link = await issueResetLink(serverContext(), email);
    const until = link.expiresAt.toISOString().slice(11, 16);
    console.log(
      `A new password for ${link.name ? `${link.name} (${link.email})` : link.email}. This link works once, for ${resetMinutes.console} minutes (until ${until} UTC):\n`,
    );
    console.log(`  ${link.url}\n`);
    console.log("If you reach this server by another address, open the same path there. Nothing else was changed.");
    return 0;
  } catch (error) {
    console.error(`No link was made. ${reasonOf(error)}`);
    return 1;
  } finally {
    await closeDatabase();
    await embedded?.stop();
  }
}

/** Joins the embedded database of a running server, or starts it for as long as this takes. */
async function reachDatabase(): Promise<EmbeddedPostgres | undefined> {
  if (env().DATABASE_URL) return undefined;
  if (!existsSync(join(dataDir(), "postgres", "PG_VERSION"))) {
    throw new StartupError(
      "data_missing",
      `There is no database in ${dataDir()}. Run this in Flotilla's folder with the server's own DATA_DIR or DATABASE_URL.`,
    );
  }
  const embedded = await startEmbeddedPostgres(dataDir());
  process.env.DATABASE_URL = embedded.url;
  resetEnv();
  return embedded;
}

function reasonOf(error: unknown): string {
  const known = asFlotillaError(error);
  if (known instanceof FlotillaError) return known.message;
  const text = String((error as Error)?.message ?? error);
  if (missingTable.test(`${text} ${String((error as { code?: unknown })?.code ?? "")}`)) {
    return "The database is of an older version, or empty. Start the server once with this version, then run this again.";
  }
  return `The database can't be used: ${text}`;
}
