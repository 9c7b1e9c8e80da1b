import { runEntry } from "./run-entry.mjs";

await runEntry("demo", "lib/simulator/demo/main.ts");
