import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/**
 * Lets a server have so many connections at most. Where there are more, one of those goes that have not sent a whole request so
 * far, else one that waits for its next, and of these the oldest: whoever holds many open and sends nothing keeps nobody out.
 * (`maxConnections` would refuse the newcomer.)
 */
export function limitConnections(server: Server, most: number): void {
  const open = new Set<Socket>();
  /** In the order in which they came to be so. */
  const silent = new Set<Socket>();
  const idle = new Set<Socket>();
  const forget = (socket: Socket): void => {
    for (const sockets of [open, silent, idle]) sockets.delete(socket);
  };
  server.on("connection", (newcomer: Socket) => {
    const longest = oldestOf(silent) ?? oldestOf(idle) ?? newcomer;
    open.add(newcomer);
    silent.add(newcomer);
    newcomer.once("close", () => {
      forget(newcomer);
    });
    if (open.size <= most) return;
    forget(longest);
    longest.destroy();
  });
  server.on("request", ({ socket }: IncomingMessage, response: ServerResponse) => {
    silent.delete(socket);
    idle.delete(socket);
    response.once("close", () => {
      if (open.has(socket)) idle.add(socket);
    });
  });
}

const oldestOf = (sockets: ReadonlySet<Socket>): Socket | undefined => sockets.values().next().value;
