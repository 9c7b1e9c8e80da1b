import { beforeAll, expect, test } from "vitest";
import type { Context } from "../context";
import { issuerOf } from "../testing/saml/saml-answer";
import { writeFederationMetadata } from "../testing/saml/saml-metadata";
import { makeSamlKey } from "../testing/saml/saml-signing-key";
import { testUserContext } from "../testing/test-context";
import { getOrganisationConfig } from "./get-organisation-config";
import { updateOrganisationConfig } from "./update-organisation-config";

const tenantId = "3c0c6ad2-8e6f-4a6c-9f0a-4f6e6a3b1d20";
const metadata = writeFederationMetadata({ tenantId, signInUrl: `https://login.microsoftonline.com/${tenantId}/saml2`, keys: [makeSamlKey()] });

let ctx: Context;
beforeAll(async () => {
  ctx = await testUserContext("admin");
});

test("sign-in by SAML is set by the configuration; what is left out keeps", async () => {
  const off = { enable_sso: false, entity_id: "", idp_name: "", metadata: "", metadata_url: "", enable_sso_idp_login: false, enable_jit_provisioning: false };
  expect((await getOrganisationConfig(ctx)).sso_settings).toMatchObject(off);
  await updateOrganisationConfig(ctx, { sso_settings: { enable_sso: true, entity_id: "fleet", idp_name: "Entra ID", metadata } });
  const after = await updateOrganisationConfig(ctx, { sso_settings: { enable_jit_provisioning: true, entity_id: null } });
  expect(after.sso_settings).toEqual({
    enable_sso: true,
    entity_id: "fleet",
    issuer_uri: "",
    idp_name: "Entra ID",
    idp_image_url: "",
    metadata,
    metadata_url: "",
    enable_sso_idp_login: false,
    enable_jit_provisioning: true,
    enable_jit_role_sync: false,
    sso_server_url: "",
  });
  expect(metadata).toContain(issuerOf(tenantId));
  expect(await ctx.db.activity.findFirstOrThrow({ orderBy: { id: "desc" } })).toMatchObject({
    type: "edited_saml_settings",
    details: { changed: { jit_provisioning: { from: false, to: true } } },
  });
});

test.each<[object, string[]]>([
  [{ entity_id: "", idp_name: "" }, ["sso_settings.entity_id", "sso_settings.idp_name"]],
  [{ metadata: "" }, ["sso_settings.metadata_url"]],
  [{ metadata: "<a/>" }, ["sso_settings.metadata"]],
  [{ metadata_url: "http://idp.example/metadata" }, ["sso_settings.metadata_url"]],
  [{ enable_sso_idp_login: "yes" }, ["sso_settings.enable_sso_idp_login"]],
  [{ sso_server_url: "flotilla.example" }, ["sso_settings.sso_server_url"]],
])("settings %j are refused with each field's path, and nothing is kept", async (patch, fields) => {
  const before = await getOrganisationConfig(ctx);
  const problem = (await updateOrganisationConfig(ctx, { sso_settings: patch }).catch((error: unknown) => error)) as { fields: { field: string }[] };
  expect(problem).toMatchObject({ status: 422, code: "config_invalid" });
  expect(problem.fields.map(({ field }) => field)).toEqual(fields);
  expect(await getOrganisationConfig(ctx)).toEqual(before);
});

test("an unknown key is refused; what older clients send beside them is passed over", async () => {
  await expect(updateOrganisationConfig(ctx, { sso_settings: { idp_nane: "x" } })).rejects.toMatchObject({ status: 400, code: "unknown_key" });
  const before = await getOrganisationConfig(ctx);
  expect(await updateOrganisationConfig(ctx, { sso_settings: { issuer_uri: "https://idp.example", enable_jit_role_sync: true } })).toEqual(before);
});

test("gitops sends the settings back as they are, and can't change them; a maintainer doesn't see them", async () => {
  const gitops = await testUserContext("gitops");
  const config = await getOrganisationConfig(gitops);
  expect(await updateOrganisationConfig(gitops, config)).toEqual(config);
  await expect(updateOrganisationConfig(gitops, { sso_settings: { idp_name: "Other" } })).rejects.toMatchObject({ status: 403 });
  expect((await getOrganisationConfig(await testUserContext("maintainer"))).sso_settings).toBeUndefined();
});
