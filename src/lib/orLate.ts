import { setTimeout as pause } from "node:timers/promises";

/**
 * What comes of some work, or what `late` gives when that takes longer. The work itself goes on, and nobody hears of it then.
 *
 * @throws what the work throws in time, or `late`
 */
export async function orLate<T>(work: Promise<T>, limitMs: number, late: () => T): Promise<T> {
  const isDone = new AbortController();
  // Nobody may be waiting any more when it fails.
  work.catch(() => undefined);
  const waited = pause(limitMs, undefined, { signal: isDone.signal, ref: false }).then(late);
  waited.catch(() => undefined);
  try {
    return await Promise.race([work, waited]);
  } finally {
    isDone.abort();
  }
}
