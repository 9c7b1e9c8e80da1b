import { expect, test } from "vitest";
import { getPrisma } from "../db/prisma";
import { testServerContext } from "../testing/test-context";
import { listSignInWays } from "./list-sign-in-ways";

test("the sign-in page offers what is switched on, with no more than a name and a way in", async () => {
  const ctx = testServerContext();
  const db = getPrisma();
  expect(await listSignInWays(ctx, "/")).toEqual([]);
  const app = { clientId: "app", secretCiphertext: "sealed" };
  await db.ssoDirectory.create({ data: { ...app, slug: "microsoft-entra-id", name: "Aldergate", tenantId: "a", enabledAt: new Date() } });
  await db.ssoDirectory.create({ data: { ...app, slug: "microsoft-entra-id-2", name: "Draft", tenantId: "b" } });
  await db.ssoDirectory.create({ data: { ...app, slug: "microsoft-entra-id-3", name: "Ireland", tenantId: "c", enabledAt: new Date() } });
  const directories = [
    { kind: "microsoft", name: "Aldergate", href: "/sign-in/sso/microsoft-entra-id", imageUrl: "" },
    { kind: "microsoft", name: "Ireland", href: "/sign-in/sso/microsoft-entra-id-3", imageUrl: "" },
  ];
  expect(await listSignInWays(ctx, "/")).toEqual(directories);
  const saml = { idpName: "Okta", idpImageUrl: "https://idp.example/mark.png" };
  await db.samlSettings.upsert({ where: { id: 1 }, create: { id: 1, enabled: false, ...saml }, update: { enabled: false, ...saml } });
  expect(await listSignInWays(ctx, "/")).toEqual(directories);
  await db.samlSettings.update({ where: { id: 1 }, data: { enabled: true } });
  expect((await listSignInWays(ctx, "/hosts?query=a&b")).at(-1)).toEqual({
    kind: "saml",
    name: "Okta",
    href: "/sign-in/saml?next=%2Fhosts%3Fquery%3Da%26b",
    imageUrl: "https://idp.example/mark.png",
  });
});
