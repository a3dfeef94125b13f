import { stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../lib/clock.ts";
import type { DiscoveredFile } from "./discoverFiles.ts";

/** Milliseconds until a file counts as settled; 0 when it does. A time in the future counts as settled. */
async function unsettledMs(file: DiscoveredFile, settleMs: number, now: Date): Promise<number> {
  const { mtimeMs } = await stat(file.absolutePath);
  const age = now.getTime() - mtimeMs;
  return age < 0 || age >= settleMs ? 0 : settleMs - age;
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
