import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { partnerRoles } from "./roles";
import { seedApp } from "./seed";
import { startMicrosoftSimulator } from "./start-microsoft-simulator";

/*
 * The Microsoft simulator as a process of its own:
 *   --folder data/microsoft --login 9443 --graph 9444 --manage 9445 --app 9446 [--state file] [--host localhost]
 *   [--redirect-uri https://… (repeatable)] [--processing-delay ms] [--propagation-delay ms]
 * Prints one JSON line with its addresses when it answers, and runs until SIGTERM or SIGINT.
 */

const Port = z.coerce.number().int().min(0).max(65535);
const Milliseconds = z.coerce.number().int().min(0);
const Options = z.object({
  folder: z.string().default("data/microsoft"),
  login: Port.default(0),
  graph: Port.default(0),
  manage: Port.default(0),
  app: Port.default(0),
  host: z.string().default("localhost"),
  state: z.string().optional(),
  "redirect-uri": z.array(z.url()).default([]),
  "processing-delay": Milliseconds.default(800),
  "propagation-delay": Milliseconds.default(500),
});

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      ...Object.fromEntries(Object.keys(Options.shape).map((name) => [name, { type: "string" as const }])),
      "redirect-uri": { type: "string" as const, multiple: true },
    },
  });
  const options = Options.parse(values);
  const folder = resolve(options.folder);
  const app = seedApp();
  const simulator = await startMicrosoftSimulator({
    folder,
    ports: { login: options.login, graph: options.graph, manage: options.manage, app: options.app },
    publicHost: options.host,
    processingDelayMs: options["processing-delay"],
    propagationDelayMs: options["propagation-delay"],
    ...(options.state === undefined ? {} : { stateFile: resolve(options.state) }),
    apps: [{ ...app, requiredRoles: [...partnerRoles], redirectUris: [...app.redirectUris, ...options["redirect-uri"]] }],
  });
  const { loginUrl, graphUrl, manageUrl, intuneResource, appUrl, caFile } = simulator;
  const stop = () => {
    simulator.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  console.log(JSON.stringify({ loginUrl, graphUrl, manageUrl, intuneResource, appUrl, caFile }));
}

main().catch((error: unknown) => {
  console.error(error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : error);
  process.exit(1);
});
