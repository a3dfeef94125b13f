import { TillhouseError } from "../../lib/errors.ts";
import { loaderPool, type LoaderPool } from "../loaderPool.ts";
import type { ThreadData } from "./messages.ts";
import { startThread as startThreadOfOurs, type StartThread } from "./startThread.ts";
import { threadLoader, type ThreadLoader } from "./threadLoader.ts";

/** The loader threads of a run; each starts when it is first needed. */
export interface LoaderThreads {
  readonly pool: LoaderPool;
  /** Ends the threads in the middle of whatever they do; PostgreSQL rolls back. */
  abandon(): void;
  /** Ends the threads. No loader may be at work. */
  close(): Promise<void>;
}

/** @param most how many there may be, at least 1 */
export function loaderThreads(
  data: ThreadData,
  most: number,
  startThread: StartThread = startThreadOfOurs,
): LoaderThreads {
  const loaders: ThreadLoader[] = [];
  const pool = loaderPool(() => {
    const loader = threadLoader(startThread(data));
    loaders.push(loader);
    return loader;
  }, most);
  const endAll = async (): Promise<void> => {
    const reason = new TillhouseError(
      "run_stopped",
      "Stopped in the middle of a chunk, which was not finished.",
    );
    await Promise.all(loaders.map((loader) => loader.end(reason)));
  };
  return {
    pool,
    abandon: () => {
      void endAll();
    },
    close: endAll,
  };
}
