import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { z } from "zod";

const Ports = z.strictObject({ web: z.int(), tls: z.int(), login: z.int(), graph: z.int(), manage: z.int(), app: z.int(), macs: z.int() });
/** Where the demo's parts listen. */
export type DemoPorts = z.infer<typeof Ports>;

const preferred: DemoPorts = { web: 3000, tls: 8443, login: 9443, graph: 9444, manage: 9445, app: 9446, macs: 9447 };
const highestTry = 200;

/**
 * The demo's ports: at the first start the usual ones, or the next free; later the same again, because addresses are part of what was set up.
 * @throws Error naming a port of an earlier start that is taken now
 */
export async function choosePorts(folder: string): Promise<DemoPorts> {
  const file = join(folder, "ports.json");
  if (existsSync(file)) {
    const ports = Ports.parse(JSON.parse(readFileSync(file, "utf8")));
    for (const port of Object.values(ports)) {
      if (!(await isFree(port))) {
        throw new Error(
          `Port ${port} is taken, and this demo was set up on it. Stop what runs there (is the demo running already?), or delete ${folder} to start afresh.`,
        );
      }
    }
    return ports;
  }
  const ports = { ...preferred };
  const chosen = new Set<number>();
  for (const part of Object.keys(preferred) as (keyof DemoPorts)[]) {
    let port = preferred[part];
    while (chosen.has(port) || !(await isFree(port))) {
      port += 1;
      if (port > preferred[part] + highestTry) throw new Error(`No port from ${preferred[part]} to ${port - 1} is free. Stop what uses them and start again.`);
    }
    ports[part] = port;
    chosen.add(port);
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, JSON.stringify(ports));
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
