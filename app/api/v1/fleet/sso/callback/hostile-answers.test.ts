import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { setRouteClock } from "@/lib/auth/admin-route";
import type { HostileCase } from "@/lib/testing/saml/hostile-case";
import { admissionCases, contentCases, sessionCases } from "@/lib/testing/saml/hostile-contents";
import { documentCases } from "@/lib/testing/saml/hostile-documents";
import { signatureCases, wrappingCases } from "@/lib/testing/saml/hostile-signatures";
import { setSamlScene, type SamlScene } from "@/lib/testing/saml/saml-scene";

const corpus: HostileCase[] = [...wrappingCases, ...signatureCases, ...documentCases, ...contentCases, ...sessionCases, ...admissionCases];

let scene: SamlScene;
const refused: string[] = [];
beforeAll(async () => {
  scene = await setSamlScene();
});
beforeEach(() => scene.set({ enabled: true, idpInitiated: false, jitProvisioning: true }));
afterAll(() => {
  setRouteClock();
  process.stdout.write(`${refused.length} hostile SAML answers refused, for ${new Set(corpus.map(({ code }) => code)).size} reasons.\n`);
});

test.each(corpus)("refused with $code: $name", async ({ name, code, status = "error", prepare, run }) => {
  const prepared = await prepare?.(scene);
  const before = await scene.counts();
  const outcome = await run(scene, prepared);
  expect(outcome.code).toBe(code);
  expect(outcome.reason).not.toBe("");
  expect(outcome).toMatchObject({ status: 303, signedIn: false });
  // The browser learns one of four words and a reference, and nothing of the reason.
  expect(outcome.location).toMatch(new RegExp(`^/sign-in\\?status=${status}&ref=[2-9A-Z]{8}$`));
  expect(await scene.counts()).toEqual(before);
  refused.push(name);
});

test("the corpus has at least sixty cases, each with a name of its own", () => {
  expect(new Set(corpus.map(({ name }) => name)).size).toBe(corpus.length);
  expect(refused.length).toBe(corpus.length);
  expect(corpus.length).toBeGreaterThanOrEqual(60);
});
