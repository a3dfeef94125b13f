import { orLate } from "./orLate.ts";

/**
 * A question of which one at most is on its way: whoever asks meanwhile is given its answer, and `late` where that takes longer than
 * the limit. What hangs is not to take a connection for each who asks.
 */
export function oneAtATime<T>(ask: () => Promise<T>, limitMs: number, late: () => T): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= ask().finally(() => {
      asked = undefined;
    });
    return orLate(asked, limitMs, late);
  };
}
