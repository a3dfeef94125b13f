/**
 * Loaded into Prisma Studio's process before anything of Prisma's. Its server asks nobody who he is, and every user of the
 * machine can reach its port: here it comes to answer those only who know the secret that our proxy sends along. It also
 * ends with the process that started it, however that ends: nobody would find a Studio left behind, and it can write.
 */
import { IncomingMessage, Server, ServerResponse } from "node:http";
import { isSecret } from "../lib/isSecret.ts";
import { PROXY_HEADER } from "./studioSecrets.ts";

let secret: string | undefined;
process.once("disconnect", () => process.exit());
process.once("message", (told: string) => {
  secret = told;
  process.channel?.unref();
});

type Emit = (event: string | symbol, ...values: unknown[]) => boolean;

// Whatever a request brings about: an answer, an upgrade, a tunnel.
const emit = Reflect.get(Server.prototype, "emit") as Emit;
Server.prototype.emit = function guarded(this: Server, event: string | symbol, ...values: unknown[]) {
  const [request, answer] = values;
  if (request instanceof IncomingMessage && !isSecret(request.headers[PROXY_HEADER], secret)) {
    if (answer instanceof ServerResponse) answer.writeHead(403, { connection: "close" }).end();
    else request.socket.destroy();
    return true;
  }
  return emit.call(this, event, ...values);
};
