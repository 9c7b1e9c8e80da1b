import { beforeAll, expect, test } from "vitest";
import { setSamlScene, type SamlScene } from "@/lib/testing/saml/saml-scene";

let scene: SamlScene;
beforeAll(async () => {
  scene = await setSamlScene();
});

test.each(["assertion", "response", "both"] as const)("an answer with its %s signed signs a person in and leads back to where they were", async (signs) => {
  const begun = await scene.begin("/hosts?q=1");
  const outcome = await scene.post(scene.answer(scene.plan(begun), signs), begun.cookie);
  expect(outcome).toMatchObject({ status: 303, location: "/hosts?q=1", signedIn: true, code: "" });
});
