import { signAnswer, writeAnswer, type AnswerPlan, type SigningPlan } from "./saml-answer";
import type { AnswerOutcome, BegunSignIn, SamlScene } from "./saml-scene";

/** One hostile answer: what it does, the code it must be refused with, and how it is made and brought. `status`: what the browser is told. */
export interface HostileCase {
  name: string;
  code: string;
  status?: string;
  /** What happens honestly before; `run` gets what it gives. */
  prepare?(scene: SamlScene): Promise<{ answer: string; cookie?: string }>;
  run(scene: SamlScene, prepared?: { answer: string; cookie?: string }): Promise<AnswerOutcome>;
}

type Bend = (xml: string, scene: SamlScene) => string;

/** A case whose answer says something wrong, and is honestly signed. */
export const saying = (
  name: string,
  code: string,
  more: Partial<AnswerPlan> | ((scene: SamlScene, begun: BegunSignIn) => Partial<AnswerPlan>),
): HostileCase => ({
  name,
  code,
  async run(scene) {
    const begun = await scene.begin();
    const plan = scene.plan(begun, typeof more === "function" ? more(scene, begun) : more);
    return scene.post(scene.answer(plan), begun.cookie);
  },
});

/** A case whose answer is bent before the identity provider signs it. */
export const bentBefore = (name: string, code: string, bend: Bend, signing: Partial<SigningPlan> = {}): HostileCase => ({
  name,
  code,
  async run(scene) {
    const begun = await scene.begin();
    const bent = bend(writeAnswer(scene.plan(begun)), scene);
    return scene.post(encode(signAnswer(bent, { key: scene.key, target: "Assertion", ...signing })), begun.cookie);
  },
});

/** A case whose honestly signed answer is bent on its way. `target`: what is signed. */
export const bentAfter = (name: string, code: string, bend: Bend, target: "Assertion" | "Response" | "both" = "Assertion"): HostileCase => ({
  name,
  code,
  async run(scene) {
    const begun = await scene.begin();
    return scene.post(encode(bend(signed(scene, begun, target), scene)), begun.cookie);
  },
});

/** A case whose answer is signed in another way than it must be. */
export const signedWith = (name: string, code: string, signing: Partial<SigningPlan> | ((scene: SamlScene) => Partial<SigningPlan>)): HostileCase => ({
  name,
  code,
  async run(scene) {
    const begun = await scene.begin();
    const plan = { key: scene.key, target: "Assertion" as const, ...(typeof signing === "function" ? signing(scene) : signing) };
    return scene.post(encode(signAnswer(writeAnswer(scene.plan(begun)), plan)), begun.cookie);
  },
});

/** A case that needs more than one answer's making. */
export const doing = (name: string, code: string, run: HostileCase["run"], status = "error"): HostileCase => ({ name, code, run, status });

/** A case that brings an answer again, after it signed its person in. */
export const replaying = (
  name: string,
  code: string,
  idpInitiated: boolean,
  again: (scene: SamlScene, answer: string, cookie?: string) => Promise<AnswerOutcome>,
): HostileCase => ({
  name,
  code,
  async prepare(scene) {
    await scene.set({ idpInitiated });
    const begun = idpInitiated ? null : await scene.begin();
    const answer = scene.answer(scene.plan(begun));
    const first = await scene.post(answer, begun?.cookie);
    if (!first.signedIn) throw new Error(`The honest answer was refused: ${first.code}`);
    return { answer, ...(begun && { cookie: begun.cookie }) };
  },
  run: (scene, prepared) => again(scene, prepared?.answer ?? "", prepared?.cookie),
});

/** An honest answer, signed. */
export function signed(scene: SamlScene, begun: BegunSignIn, target: "Assertion" | "Response" | "both" = "Assertion", more: Partial<AnswerPlan> = {}): string {
  const xml = writeAnswer(scene.plan(begun, more));
  const inner = target === "Response" ? xml : signAnswer(xml, { key: scene.key, target: "Assertion" });
  return target === "Assertion" ? inner : signAnswer(inner, { key: scene.key, target: "Response" });
}

/** As the browser posts it. */
export const encode = (xml: string): string => Buffer.from(xml).toString("base64");

/** Replaces exactly one thing; a pattern that isn't there would make the case an honest one. */
export function replaced(xml: string, found: string | RegExp, by: string): string {
  const bent = xml.replace(found, by.replaceAll("$", "$$$$"));
  if (bent === xml) throw new Error(`The case bends nothing: ${String(found)} isn't in the answer.`);
  return bent;
}

/** The text of the first element of this local name, with its tags. */
export function elementText(xml: string, name: string): string {
  const found = new RegExp(`<((?:\\w+:)?${name})[\\s>][^]*?</\\1>`).exec(xml)?.[0];
  if (!found) throw new Error(`The answer has no ${name}.`);
  return found;
}
