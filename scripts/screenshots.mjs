import { chromiumArgs, findChromium } from "./chromium.mjs";
import { runEntry } from "./run-entry.mjs";

process.env.CHROMIUM_PATH = await findChromium();
process.env.CHROMIUM_ARGS = chromiumArgs.join(" ");
await runEntry("screenshots", "e2e/screenshots/main.ts");
