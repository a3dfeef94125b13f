import { once } from "node:events";
import { processEnvironment } from "../config/processEnvironment.ts";
import { listenForStop } from "../lib/stopSignals.ts";
import { openStudio } from "../studio/openStudio.ts";
import type { Database } from "../database/openDatabase.ts";
import { commandContext, withDatabase } from "./commandContext.ts";
import { print } from "./output.ts";

export interface StudioCommandOptions {
  /** To open Studio at; without one 5555, or if that is taken any. */
  readonly port?: number;
}

/** `studio`: Prisma Studio on the configured database, with the embedded server running meanwhile, until Ctrl-C. */
export async function studioCommand(options: StudioCommandOptions): Promise<void> {
  const stop = listenForStop(() => undefined);
  const { stopping } = stop;
  const work = async (database: Database): Promise<void> => {
    try {
      const stopped = once(stopping, "abort");
      const studio = await openStudio({
        url: database.url,
        environment: processEnvironment(),
        port: options.port,
        stopping,
      });
      try {
        print(`Prisma Studio, for browsers on this machine: ${studio.address}`);
        print("It can change what it shows. Ctrl-C ends it.");
        await Promise.race([stopped, studio.ended]);
      } finally {
        await studio.close();
      }
    } catch (error) {
      if (!stopping.aborted) throw error;
    }
  };
  try {
    await withDatabase(commandContext(), "own", work, { stopping: stop.stopping });
  } finally {
    stop.release();
  }
}
