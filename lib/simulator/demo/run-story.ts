import { stepLine, type PlayedStep } from "./format-story";

/** One step of the story; what it returns is printed under its line. It holds unless it throws. */
export interface StoryStep {
  title: string;
  play: () => Promise<string>;
}

/** Plays the steps in order and prints a line for each. A step that didn't hold ends the story: what follows would stand on it. */
export async function runStory(steps: readonly StoryStep[], print: (line: string) => void): Promise<PlayedStep[]> {
  const played: PlayedStep[] = [];
  for (const { title, play } of steps) {
    const started = Date.now();
    const step: PlayedStep = { title, ms: 0, held: true, note: "" };
    try {
      step.note = await play();
    } catch (error) {
      step.held = false;
      step.note = error instanceof Error ? error.message : String(error);
    }
    step.ms = Date.now() - started;
    played.push(step);
    print(stepLine(played.length, step));
    if (!step.held) break;
  }
  return played;
}
