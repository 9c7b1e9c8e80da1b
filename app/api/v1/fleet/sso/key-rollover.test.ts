import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { setRouteClock } from "@/lib/auth/admin-route";
import { resetEnv } from "@/lib/env";
import { updateSamlSettings } from "@/lib/sso/saml/update-saml-settings";
import { callRoute } from "@/lib/testing/call-route";
import { setSamlScene, type SamlScene } from "@/lib/testing/saml/saml-scene";
import { startSamlIdp, type SamlIdp } from "@/lib/testing/saml/start-saml-idp";
import { GET as startByLink } from "@/app/(public)/sign-in/saml/route";

const email = "mara.lindqvist@aldergate.example";

let scene: SamlScene;
let idp: SamlIdp;
beforeAll(async () => {
  process.env.SSO_METADATA_PRIVATE = "1";
  resetEnv();
  scene = await setSamlScene();
  // The identity provider stamps its answers with the real time.
  scene.clock.set(new Date());
  const accounts = [{ email, name: "Mara Lindqvist", objectId: "0a0a0a0a-0000-4000-8000-00000000000b" }];
  idp = await startSamlIdp({ acsUrl: scene.acsUrl, audience: "fleet", accounts });
  await updateSamlSettings(scene.ctx, { metadataUrl: idp.metadataUrl, metadata: "" });
});
afterAll(async () => {
  await idp.stop();
  setRouteClock();
  delete process.env.SSO_METADATA_PRIVATE;
  resetEnv();
});
beforeEach(async () => {
  // As if a minute had gone by since the last fetch, while the answers' times stay right.
  await scene.set({ fetchedAt: new Date(Date.now() - 61_000), fetchFailedAt: null });
  idp.metadataRequests = 0;
});

let visits = 0;
async function signIn(): Promise<{ signedIn: boolean; code: string }> {
  scene.clock.set(new Date());
  visits += 1;
  const response = await callRoute(startByLink, { path: "/sign-in/saml?next=/hosts", headers: { "x-flotilla-address": `203.0.113.${visits}` } });
  const answer = idp.answerFor(email, response.headers.get("location") ?? "");
  return scene.post(answer, response.headers.get("set-cookie")?.split(";")[0]);
}

test("a sign-in by fetched metadata works, and fetches nothing more", async () => {
  expect(await signIn()).toMatchObject({ signedIn: true });
  expect(idp.metadataRequests).toBe(0);
});

test("an answer signed with a key announced since is taken after one fetch", async () => {
  idp.rollKey();
  expect(await signIn()).toMatchObject({ signedIn: true });
  expect(idp.metadataRequests).toBe(1);
  expect(await signIn()).toMatchObject({ signedIn: true });
  expect(idp.metadataRequests).toBe(1);
});

test("after the old key left the metadata too, only the new one counts", async () => {
  idp.rollKey({ keepOld: false });
  expect(await signIn()).toMatchObject({ signedIn: true });
});

test("a key that the metadata never names stays refused, and asks the provider once a minute at most", async () => {
  idp.rollKey({ announced: false });
  expect(await signIn()).toMatchObject({ signedIn: false, code: "saml_key_unknown" });
  expect(await signIn()).toMatchObject({ signedIn: false, code: "saml_key_unknown" });
  expect(idp.metadataRequests).toBe(1);
  idp.rollKey({ keepOld: false });
});

test("while the provider's metadata can't be fetched, the last good copy signs people in", async () => {
  await signIn();
  const { metadataUrl } = await scene.ctx.db.samlSettings.findUniqueOrThrow({ where: { id: 1 } });
  await scene.set({ metadataUrl: `${metadataUrl}-gone`, fetchedAt: new Date(Date.now() - 2 * 3600_000) });
  expect(await signIn()).toMatchObject({ signedIn: true });
  expect(await scene.ctx.db.samlSettings.findUniqueOrThrow({ where: { id: 1 } })).toMatchObject({ fetchProblem: expect.stringContaining("404") });
});
