import { setTimeout as sleep } from "node:timers/promises";

/** Tries `attempt` every `everyMs` until it gives something, or undefined when `withinMs` have passed. */
export async function pollUntil<T>(
  attempt: () => Promise<T | undefined> | T | undefined,
  { withinMs, everyMs = 20 }: { withinMs: number; everyMs?: number },
): Promise<T | undefined> {
  const tooLate = AbortSignal.timeout(withinMs);
  for (;;) {
    const found = await attempt();
    if (found !== undefined || tooLate.aborted) return found;
    await sleep(everyMs);
  }
}
