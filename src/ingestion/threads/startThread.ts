import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { ThreadData } from "./messages.ts";

/** Starts a loader thread. */
export type StartThread = (data: ThreadData) => Worker;

/**
 * A small young generation: what a chunk leaves there is mostly dead when it is looked at, and a large one would only
 * hold memory. Buffers are not in it.
 */
const MAX_YOUNG_GENERATION_MB = 8;

export function startThread(data: ThreadData): Worker {
  // The same ending as this module's: compiled or not.
  return new Worker(new URL(`./loaderThread${extname(import.meta.url)}`, import.meta.url), {
    workerData: data,
    name: "tillhouse loader",
    resourceLimits: { maxYoungGenerationSizeMb: MAX_YOUNG_GENERATION_MB },
  });
}
