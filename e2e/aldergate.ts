import { test as base, expect } from "./fixtures";
import { seedStack, type SeededIds } from "./seed/seed-stack";

export { expect };

/** On a stack with 431 Macs in every state; `seeded` holds the ids. */
export const test = base.extend<object, { seeded: SeededIds }>({
  seeded: [async ({ scene, stack }, use) => use(await seedStack(stack, scene)), { scope: "worker", auto: true, timeout: 300_000 }],
});

/** The scene that specs share which only look. */
export const aldergate = { name: "aldergate", still: true };
