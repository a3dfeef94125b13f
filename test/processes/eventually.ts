import { setTimeout as pause } from "node:timers/promises";

/** Generous: a machine that is busy with other things is no failure. */
const DEADLINE_MS = 60_000;

/**
 * Looks again and again until `attempt` gives something other than false or undefined.
 *
 * @param what names it in the error; a function is asked when there is one, and may say what was seen last
 */
export async function eventually<T>(
  what: string | (() => string),
  attempt: () => Promise<T | false | undefined> | T | false | undefined,
): Promise<T> {
  const tooLate = AbortSignal.timeout(DEADLINE_MS);
  for (;;) {
    const found = await attempt();
    if (found !== false && found !== undefined) return found;
    if (tooLate.aborted) {
      const awaited = typeof what === "string" ? what : what();
      throw new Error(`Waited ${DEADLINE_MS / 1000} s in vain until ${awaited}`);
    }
    await pause(20);
  }
}
