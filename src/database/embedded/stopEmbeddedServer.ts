import { realpath } from "node:fs/promises";
import { resolve } from "node:path";
import type { Logger } from "../../lib/logger.ts";
import { accountOfCluster } from "./account.ts";
import { layoutOf } from "./layout.ts";
import { stopServer } from "./stopServer.ts";
import { unlessMissing } from "./systemError.ts";

/**
 * Stops the embedded server whoever uses it (`npm run db:stop`), and waits until it has ended. What was committed stays; open
 * transactions roll back.
 *
 * @throws state_dir_unusable when it is another user's; embedded_server_unavailable when it does not end
 */
export async function stopEmbeddedServer({
  stateDir,
  logger,
}: {
  readonly stateDir: string;
  readonly logger: Logger;
}): Promise<"stopped" | "not_running"> {
  const directory = await unlessMissing(realpath(resolve(stateDir)));
  if (directory === undefined) return "not_running";
  const layout = layoutOf(directory);
  await accountOfCluster(layout);
  const stopped = await stopServer(layout);
  logger.info(stopped ? "The embedded PostgreSQL has stopped." : "The embedded PostgreSQL was not running.", {
    directory: layout.cluster,
  });
  return stopped ? "stopped" : "not_running";
}
