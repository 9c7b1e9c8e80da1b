import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { StartupError } from "../errors";
import { connectionTimes } from "./plain-connection";

/**
 * Lets a server listen, and says at which port. `variable` is the setting that chose it.
 * @throws StartupError `port_unusable`
 */
export function openPort(server: Server, port: number, host: string, variable: string): Promise<number> {
  // Agents keep a connection for an hour and repeat a request that a closed one swallowed: outlive their longest pause.
  server.keepAliveTimeout = connectionTimes.idleMs;
  server.headersTimeout = 20_000;
  server.requestTimeout = 60_000;
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const reasons: Record<string, string> = { EADDRINUSE: "is taken by another program", EACCES: "needs more rights than this account has" };
      const reason = reasons[cause.code ?? ""] ?? `can't be opened (${cause.message})`;
      reject(new StartupError("port_unusable", `Port ${port} ${reason}. Stop the other program, or set ${variable} to a free port.`, { cause }));
    });
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}
