import type { Server } from "node:http";
import { Server as HttpsServer } from "node:https";
import type { Socket } from "node:net";
import type { LiveConnections } from "./live-connections";
import { PlainConnection, type PlainHandler } from "./plain-connection";

/**
 * Lets `handler` answer plain requests straight from the sockets of a server; node:http gets a connection with the first request on it that isn't taken.
 * To be called before the server is watched and listens. @throws Error when this version of Node has not the one listener that it is to stand before
 */
export function takePlainRequests(server: Server, connections: LiveConnections, handler: Omit<PlainHandler, "handOver">): void {
  const event = server instanceof HttpsServer ? "secureConnection" : "connection";
  const listeners = server.listeners(event) as ((this: Server, socket: Socket) => void)[];
  const [general] = listeners;
  if (!general || listeners.length !== 1) throw new Error(`expected one listener of ${event} on a new server, not ${listeners.length}`);
  const withGeneral: PlainHandler = {
    ...handler,
    handOver(socket, bytes) {
      socket.pause();
      socket.unshift(bytes);
      general.call(server, socket);
      process.nextTick(() => socket.resume());
    },
  };
  server.removeListener(event, general);
  server.on(event, (socket: Socket) => connections.follow(socket, new PlainConnection(socket, withGeneral)));
}
