import { parseArgs } from "node:util";
import { playStory } from "./play-story";
import { runDemo } from "./run-demo";

/*
 * npm run demo             the whole loop with 25 simulated Macs, until Ctrl-C; keeps its data in ./data/demo
 * npm run demo -- --once   the story of one Mac without a person; exits 0 only if every step held
 */
const { values } = parseArgs({ options: { once: { type: "boolean", default: false }, folder: { type: "string", default: "data/demo" } } });

try {
  process.exit(values.once ? await playStory() : await runDemo(values.folder));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
