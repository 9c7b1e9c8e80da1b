import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { z } from "zod";
import { startControlPage } from "./control-page";
import { startSimulatedFleet } from "./simulated-fleet";

const probability = z.coerce.number().min(0).max(1).optional();

/** Options of the command line; each may also stand in the environment as FLEET_ and its name in capitals. */
const Options = z.object({
  server: z.url({ protocol: /^https?$/, error: "--server: expected the http or https address of the server" }),
  ca: z.string().optional(),
  secret: z.string({ error: "--secret: expected an enroll secret of the server" }).min(1),
  count: z.coerce.number().int().min(1).max(100_000).default(25),
  seed: z.string().default("1"),
  port: z.coerce.number().int().min(0).max(65_535).default(0),
  tenant: z.string().default("00000000-0000-4000-8000-000000000000"),
  "upn-domain": z.string().optional(),
  "device-url": z.string().optional(),
  "sign-in-url": z.string().optional(),
  "start-period-ms": z.coerce.number().min(0).default(2000),
  "max-sockets": z.coerce.number().int().min(1).optional(),
  pace: z.coerce.number().positive().default(1),
  "distributed-interval": z.coerce.number().positive().optional(),
  "windows-share": probability,
  "linux-share": probability,
  "orbit-prob": probability,
  "bare-osquery-share": probability,
  "entra-registered-prob": probability,
  "healthy-prob": probability,
  "mdm-prob": probability,
  "policy-flip-prob": probability,
  "query-error-prob": probability,
  "duplicate-write-prob": probability,
});
type Options = z.infer<typeof Options>;

function readOptions(): Options {
  const names = Object.keys(Options.shape);
  const { values } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, { type: "string" as const }])) });
  const given = names.map((name) => [name, values[name] ?? process.env[`FLEET_${name.toUpperCase().replaceAll("-", "_")}`]] as const);
  return Options.parse(Object.fromEntries(given.filter(([, value]) => value !== undefined)));
}

/** Runs a simulated fleet with its control page until SIGTERM or SIGINT; prints one JSON line when the page answers. */
async function main(): Promise<void> {
  const options = readOptions();
  const fleet = startSimulatedFleet({
    serverUrl: options.server,
    ...(options.ca === undefined ? {} : { ca: readFileSync(options.ca, "utf8") }),
    enrollSecret: options.secret,
    count: options.count,
    seed: options.seed,
    tenantId: options.tenant,
    startPeriodMs: options["start-period-ms"],
    pace: options.pace,
    distributedIntervalSeconds: options["distributed-interval"] ?? null,
    maxSockets: options["max-sockets"],
    upnDomain: options["upn-domain"],
    windowsShare: options["windows-share"],
    linuxShare: options["linux-share"],
    orbitProb: options["orbit-prob"],
    bareOsqueryShare: options["bare-osquery-share"],
    entraRegisteredProb: options["entra-registered-prob"],
    healthyProb: options["healthy-prob"],
    mdmProb: options["mdm-prob"],
    policyFlipProb: options["policy-flip-prob"],
    queryErrorProb: options["query-error-prob"],
    duplicateWriteProb: options["duplicate-write-prob"],
  });
  const page = await startControlPage({
    fleet,
    port: options.port,
    deviceBaseUrl: options["device-url"] ?? options.server,
    signInUrlTemplate: options["sign-in-url"] ?? null,
  });
  const end = (): void => {
    void Promise.all([page.close(), fleet.stop()]).then(() => process.exit(0));
  };
  process.once("SIGTERM", end);
  process.once("SIGINT", end);
  console.log(JSON.stringify({ controlUrl: page.url, hosts: fleet.hosts.length }));
}

main().catch((error: unknown) => {
  console.error(error instanceof z.ZodError ? z.prettifyError(error) : error);
  process.exit(1);
});
