import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { QueryBoolean } from "@/lib/http/list-params";
import { getOrganisationConfig } from "@/lib/teams/get-organisation-config";
import { updateOrganisationConfig } from "@/lib/teams/update-organisation-config";

/** The organisation's configuration. */
export const GET = adminRoute({ route: "GET config" }, async (ctx) => getOrganisationConfig(ctx));

const Query = z.object({ dry_run: QueryBoolean.optional(), force: QueryBoolean.optional(), overwrite: QueryBoolean.optional() });

/** Merges a partial configuration; `dry_run` only checks it. */
export const PATCH = adminRoute({ route: "PATCH config", query: Query, body: z.record(z.string(), z.unknown()) }, async (ctx, { query, body }) =>
  updateOrganisationConfig(ctx, body, { dryRun: query.dry_run ?? false, force: query.force ?? false }),
);
