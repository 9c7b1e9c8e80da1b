// The generator's process: is told what to do by the one that started it, and ends with it.
import { Generator } from "./generator";
import type { LoadCommand } from "./load-plan";

let generator: Generator | undefined;

process.on("message", (command: LoadCommand) => {
  if (command.type === "start") generator = new Generator(command.plan);
  if (command.type === "hosts") generator?.setHosts(command.hosts, command.rampSeconds);
  process.send?.(generator?.takeWindow());
});
process.on("disconnect", () => process.exit(0));
// Ctrl-C reaches every process of the terminal; the one that started this one decides.
process.on("SIGINT", () => undefined);
