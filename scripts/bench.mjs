import { bundle } from "./build-server.mjs";
import { runEntry } from "./run-entry.mjs";

await bundle({ "bench-baseline": "bench/baseline-server.ts", "bench-load": "bench/load/main.ts", "bench-balancer": "bench/balancer.ts" });
await runEntry("bench", "bench/main.ts");
