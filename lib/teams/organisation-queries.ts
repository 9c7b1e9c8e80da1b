import type { Db } from "../db/prisma";
import { statement, type Sql } from "../db/sql";
import type { Organisation as OrganisationRow } from "../generated/prisma/client";

/** What can be set about the organisation. */
export type OrganisationSettings = Partial<
  Pick<OrganisationRow, "name" | "publicUrl" | "contactText" | "contactPhone" | "contactUrl" | "transparencyUrl" | "trayName">
> & {
  agentOptions?: object;
};

/** What the configuration shows of the connection to Microsoft. */
export interface ConnectionSummary {
  tenantId: string;
  connected: boolean;
}

const lock = statement("organisation.lock_settings", "select id::int as id from organisation where id = 1 for update");
const connection = statement(
  "organisation.connection",
  `select tenant_id as "tenantId", (connected_at is not null and state <> 'disconnecting') as connected from entra_connections order by is_default desc, id limit 1`,
);

/** The one row, locked until the transaction ends. */
export async function lockOrganisation(db: Db, sql: Sql): Promise<OrganisationRow> {
  await sql.rows(lock);
  return getOrganisation(db);
}

/** The one row. */
export async function getOrganisation(db: Db): Promise<OrganisationRow> {
  return db.organisation.findUniqueOrThrow({ where: { id: 1 } });
}

/** Writes settings. */
export async function updateOrganisation(db: Db, settings: OrganisationSettings, updatedAt: Date): Promise<void> {
  await db.organisation.update({ where: { id: 1 }, data: { ...settings, updatedAt } });
}

/** The default connection, or null. */
export async function findDefaultConnection(sql: Sql): Promise<ConnectionSummary | null> {
  return (await sql.rows<ConnectionSummary>(connection))[0] ?? null;
}
