import { TillhouseError } from "../../lib/errors.ts";
import { loaderPool, type LoaderPool } from "../loaderPool.ts";
import type { ThreadData } from "./messages.ts";
import { startThread as startThreadOfOurs, type StartThread } from "./startThread.ts";
import { threadLoader, type ThreadLoader } from "./threadLoader.ts";

/** The loader threads of a run; they start when the first file asks for them. */
export interface LoaderThreads {
  pool(): LoaderPool;
  /** Ends the threads in the middle of whatever they do; PostgreSQL rolls back. */
  abandon(): void;
  /** Ends the threads. No loader may be at work. */
  close(): Promise<void>;
}

/** @param count how many, at least 1 */
export function loaderThreads(
  data: ThreadData,
  count: number,
  startThread: StartThread = startThreadOfOurs,
): LoaderThreads {
  let started: { readonly loaders: readonly ThreadLoader[]; readonly pool: LoaderPool } | undefined;
  const endAll = async (reason: TillhouseError): Promise<void> => {
    await Promise.all((started?.loaders ?? []).map((loader) => loader.end(reason)));
  };
  const stopped = (): TillhouseError =>
    new TillhouseError("run_stopped", "Stopped in the middle of a chunk, which was rolled back.");
  return {
    pool: () => {
      if (started === undefined) {
        const loaders = Array.from({ length: count }, () => threadLoader(startThread(data)));
        started = { loaders, pool: loaderPool(loaders) };
      }
      return started.pool;
    },
    abandon: () => {
      void endAll(stopped());
    },
    close: () => endAll(stopped()),
  };
}
