import { writeFileSync } from "node:fs";
import { storySummary } from "./format-story";
import { runStory } from "./run-story";
import { storySteps, type StoryTimes } from "./story-steps";
import { StoryWorld } from "./story-world";

/** How often this server asks what gates access: at every check-in. */
const gateCheckSeconds = 5;

/** Plays the whole story without a person, in a temporary folder. @returns the process's exit code */
export async function playStory(): Promise<number> {
  const world = new StoryWorld();
  const times: StoryTimes = {};
  const steps = storySteps(world, times, gateCheckSeconds);
  let ending: Promise<void> | undefined;
  let interrupted = false;
  const end = () => (ending ??= world.end());
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      interrupted = true;
      void end().finally(() => process.exit(130));
    });
  }
  const played = await runStory(steps, (line) => {
    if (!interrupted) console.log(line);
  });
  await end();
  if (interrupted) return 130;
  const held = played.filter((step) => step.held).length;
  if (process.env.RESULT_FILE) writeFileSync(process.env.RESULT_FILE, JSON.stringify({ passed: held, failed: steps.length - held }));
  const failed = played.find((step) => !step.held);
  if (failed) console.error(`\nThe story stopped at step ${played.length}, “${failed.title}”.`);
  console.log(storySummary(played, steps.length, times));
  return held === steps.length ? 0 : 1;
}
