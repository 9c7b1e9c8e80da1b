import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { dryRun } from "@/lib/db/dry-run";
import { QueryBoolean } from "@/lib/http/list-params";
import { listEnrollSecrets } from "@/lib/teams/list-enroll-secrets";
import { replaceEnrollSecrets } from "@/lib/teams/replace-enroll-secrets";
import { SecretList, toSecretJson } from "../../_json/team-json";

/** What admits hosts to "No team". */
export const GET = adminRoute({ route: "GET spec/enroll_secret" }, async (ctx) => ({
  spec: { secrets: (await listEnrollSecrets(ctx, null)).map(toSecretJson) },
}));

const Body = z.strictObject({ spec: z.strictObject({ secrets: SecretList.nullish().transform((secrets) => secrets ?? []) }) });

/** Makes exactly these the global secrets; `dry_run` only checks them. */
export const POST = adminRoute(
  { route: "POST spec/enroll_secret", query: z.object({ dry_run: QueryBoolean.optional() }), body: Body },
  async (ctx, { query, body }) => {
    const secrets = body.spec.secrets.map(({ secret }) => secret);
    if (query.dry_run) await dryRun(ctx, (tx) => replaceEnrollSecrets(tx, null, secrets));
    else await replaceEnrollSecrets(ctx, null, secrets);
    return {};
  },
);
