// A plain TCP balancer as a process of its own, so that its work is told apart from the servers'.
import { startBalancer } from "@/lib/simulator/stack/start-balancer";
import type { BalancerState } from "./start-bench-balancer";

const { targets, port } = JSON.parse(process.env.BENCH_BALANCER ?? "{}") as { targets: { healthPort: number; port: number }[]; port: number };
const balancer = await startBalancer(targets, port);
const state = (): BalancerState => ({ port: balancer.port, connections: [...balancer.connections], ready: [...balancer.ready] });
process.send?.(state());
process.on("message", () => process.send?.(state()));
process.on("disconnect", () => process.exit(0));
