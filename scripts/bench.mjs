import { runEntry } from "./run-entry.mjs";

await runEntry("bench", "bench/main.ts");
