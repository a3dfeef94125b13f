import { stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../lib/clock.ts";
import type { DiscoveredFile } from "./discoverFiles.ts";

/**
 * Milliseconds until a file counts as settled; 0 when it does. A time in the future counts as settled, and so does a
 * file that has vanished since it was found: whoever opens it says so.
 */
async function unsettledMs(file: DiscoveredFile, settleMs: number, now: Date): Promise<number> {
  const stats = await stat(file.absolutePath).catch(undefinedWhenGone);
  if (stats === undefined) return 0;
  const age = now.getTime() - stats.mtimeMs;
  return age < 0 || age >= settleMs ? 0 : settleMs - age;
}

/** For a `catch`: undefined for a file that is not there; any other error goes on. */
export function undefinedWhenGone(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  return undefined;
}

/** The files that nobody has written to for `settleMs`: a younger one may be half copied. */
export async function settledFiles(
  files: readonly DiscoveredFile[],
  settleMs: number,
  clock: Clock,
): Promise<DiscoveredFile[]> {
  const settled: DiscoveredFile[] = [];
  for (const file of files) {
    if ((await unsettledMs(file, settleMs, clock.now())) === 0) settled.push(file);
  }
  return settled;
}

/** Waits until every file has settled, or the signal. */
export async function waitUntilSettled(
  files: readonly DiscoveredFile[],
  settleMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  for (const file of files) {
    for (;;) {
      const left = await unsettledMs(file, settleMs, clock.now());
      if (left === 0 || signal.aborted) break;
      await sleep(left, undefined, { signal }).catch(() => undefined);
    }
  }
}
