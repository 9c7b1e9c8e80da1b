import type { Context } from "../context";
import { getOrganisationRow } from "./organisation-queries";

/** What everybody may know about who runs this server: its name, its address, and whom a locked-out person can call. */
export interface Organisation {
  name: string;
  publicUrl: string;
  contactText: string;
  contactPhone: string;
  contactUrl: string;
  transparencyUrl: string;
  trayName: string;
}

const shared = globalThis as unknown as { flotillaIsSetUp?: string };

/** The organisation's public facts. */
export async function getOrganisation(ctx: Pick<Context, "db">): Promise<Organisation> {
  const { name, publicUrl, contactText, contactPhone, contactUrl, transparencyUrl, trayName } = await getOrganisationRow(ctx.db);
  return { name, publicUrl, contactText, contactPhone, contactUrl, transparencyUrl, trayName };
}

/** Whether the first run was finished. Once true it stays so, and isn't asked again for this database. */
export async function isSetUp(ctx: Pick<Context, "db">): Promise<boolean> {
  const database = process.env.DATABASE_URL ?? "";
  if (shared.flotillaIsSetUp === database) return true;
  const done = (await getOrganisationRow(ctx.db)).setUpAt !== null;
  if (done) shared.flotillaIsSetUp = database;
  return done;
}
