import { z } from "zod";
import { adminRoute } from "@/lib/auth/admin-route";
import { IdParams } from "@/lib/http/list-params";
import { listEnrollSecrets } from "@/lib/teams/list-enroll-secrets";
import { replaceEnrollSecrets } from "@/lib/teams/replace-enroll-secrets";
import { SecretList, toSecretJson } from "../../../_json/team-json";

/** What admits hosts to the team. */
export const GET = adminRoute({ route: "GET teams/:id/secrets", params: IdParams }, async (ctx, { params: { id } }) => ({
  secrets: (await listEnrollSecrets(ctx, id)).map(toSecretJson),
}));

/** Makes exactly these the team's secrets. An empty list answers null, as clients expect. */
export const PATCH = adminRoute(
  { route: "PATCH teams/:id/secrets", params: IdParams, body: z.strictObject({ secrets: SecretList }) },
  async (ctx, { params: { id }, body }) => {
    const secrets = await replaceEnrollSecrets(
      ctx,
      id,
      body.secrets.map(({ secret }) => secret),
    );
    return { secrets: secrets.length > 0 ? secrets.map(toSecretJson) : null };
  },
);
