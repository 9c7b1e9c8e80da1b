import { join, resolve } from "node:path";
import { startControlPage, type ControlPage } from "../hosts/control-page";
import { startStack, type Stack } from "../stack/start-stack";
import { stackAdmin } from "../stack/start-server";
import { choosePorts, type DemoPorts } from "./choose-ports";
import { arrangeDemoMac, demoMacs } from "./demo-macs";
import { prepareDemo } from "./prepare-demo";
import { AccessWatch } from "./watch-access";
import type { HostAnswer } from "./story-world";

const lookEveryMs = 500;
const keepEveryMs = 15_000;
/** A visitor who turns a switch shouldn't wait a minute for what follows. */
const gateCheckSeconds = 5;

/** Runs the demo in `folder` until Ctrl-C; a later start goes on with its data. @returns the process's exit code */
export async function runDemo(folder: string): Promise<number> {
  const ending = listenForTheEnd();
  try {
    await serveDemo(folder, ending);
    return 0;
  } catch (error) {
    // Ctrl-C reaches the server as well: what was being prepared on it then fails, and that is no news.
    if (ending.aborted) return 130;
    throw error;
  }
}

async function serveDemo(folder: string, ending: AbortSignal): Promise<void> {
  const ports = await choosePorts(folder);
  console.log("Starting…");
  const stack = await startStack({
    folder: resolve(folder),
    port: ports.web,
    tlsPort: ports.tls,
    microsoft: { ports, stateFile: join(resolve(folder), "microsoft-state.json") },
    environment: { GATE_CHECK_SECONDS: String(gateCheckSeconds) },
    onServerLine: sayTrouble,
  });
  let page: ControlPage | undefined;
  const keeping = setInterval(() => void stack.microsoft.persist().catch(sayFault), keepEveryMs);
  try {
    ending.throwIfAborted();
    const secrets = await prepareDemo(stack);
    await stack.microsoft.persist();
    ending.throwIfAborted();
    const watch = new AccessWatch();
    watch.begin(await listHosts(stack));
    const fleet = await stack.startFleet({
      count: demoMacs.count,
      startPeriodMs: 5000,
      arrange: arrangeDemoMac,
      secretOf: ({ index }) => (index < demoMacs.engineering ? secrets.engineering : secrets.sales),
    });
    page = await startControlPage({
      fleet,
      port: ports.macs,
      deviceBaseUrl: stack.server.origin,
      signInUrlTemplate: `${stack.microsoft.appUrl}/app/outlook?tenant={tenant}&user={user}&device={device}`,
    });
    console.log(describeDemo(stack, page, ports, folder));
    await tellChanges(stack, watch, ending);
    console.log("\nEnding…");
  } finally {
    clearInterval(keeping);
    await page?.close();
    await stack.close();
  }
}

/** Aborts at Ctrl-C; the second one doesn't wait for an end in order. */
function listenForTheEnd(): AbortSignal {
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      ending.abort();
      process.once(signal, () => process.exit(130));
    });
  }
  return ending.signal;
}

async function tellChanges(stack: Stack, watch: AccessWatch, ending: AbortSignal): Promise<void> {
  const ended = new Promise((settle) => ending.addEventListener("abort", settle, { once: true }));
  while (!ending.aborted) {
    try {
      for (const line of watch.look(await listHosts(stack), new Date())) console.log(line);
    } catch (error) {
      if (!ending.aborted) sayFault(error);
    }
    await Promise.race([ended, new Promise((done) => setTimeout(done, lookEveryMs))]);
  }
}

async function listHosts(stack: Stack): Promise<HostAnswer[]> {
  return (await stack.admin.get<{ hosts: HostAnswer[] }>("hosts?per_page=100&order_key=id")).hosts;
}

function describeDemo(stack: Stack, page: ControlPage, ports: DemoPorts, folder: string): string {
  const { appUrl, loginUrl } = stack.microsoft;
  return `
Flotilla        ${stack.server.origin}
                sign in as ${stackAdmin.email} with ${stackAdmin.password}
25 Macs         ${page.url}/macs
                turn FileVault, firewall, MDM or the agent off and on
Microsoft 365   ${appUrl}/app
                sign in as anybody, and see who is let in
Microsoft       ${appUrl}/__state and /__journal show what it holds and heard; /__faults makes it fail
                its sign-in and consent pages are on ${loginUrl}; a browser asks before it opens them,
                unless it trusts ${join(folder, "microsoft", "ca.pem")}
Agents          https://localhost:${ports.tls}, trusted by ${join(folder, "data", "tls", "ca.pem")}

Here a Mac that is let in is asked every ${gateCheckSeconds} s what gates its access (GATE_CHECK_SECONDS, 60 by default).
The data stays in ${folder}. Ctrl-C ends everything. Changes of access:
`;
}

function sayTrouble(line: string): void {
  if (/"level":(50|60)\b/.test(line)) console.error(`the server says: ${line.slice(0, 600)}`);
}

function sayFault(error: unknown): void {
  console.error(error instanceof Error ? error.message : error);
}
