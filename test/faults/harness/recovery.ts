import { setTimeout as pause } from "node:timers/promises";
import { query } from "../../processes/workplace.ts";
import { run, type Environment, type Program } from "../../processes/programs.ts";
import type { Verdict } from "./faultTally.ts";
import { judge, RECOVERY_SECONDS } from "./oracle.ts";
import type { SharedFiles } from "./sharedFiles.ts";

/** Exit code of a run that found another at work. */
export const LOCKED = 3;
/** Nobody asks faster than that whether a lock is free by now. */
const ASK_AGAIN_MS = 500;

/** Seconds since a moment that `performance.now()` gave. */
export const secondsSince = (moment: number): number => (performance.now() - moment) / 1000;

/**
 * Starts a run as somebody would after all had gone wrong, again and again while the lock of the dead one is still
 * there, and gives the seconds until the work was complete.
 */
export async function resumeWork(
  environment: Environment,
  command: readonly string[] = ["ingest", "--json"],
): Promise<number> {
  const started = performance.now();
  for (;;) {
    const { exitCode, stderr } = await run(command, environment);
    const seconds = secondsSince(started);
    if (exitCode === 0) return seconds;
    if (exitCode !== LOCKED || seconds > RECOVERY_SECONDS)
      throw new Error(`the next run ended with exit code ${String(exitCode)}:\n${stderr}`);
    await pause(ASK_AGAIN_MS);
  }
}

/**
 * Waits for a run that must get over what has happened by itself: it ends well, and all its work is done. Where it did not,
 * the next run completes the work, so that what was lost is told from what was only late.
 *
 * @param well when things were well again, as `performance.now()` gave it
 */
export async function judgeSurvivor(
  loader: Program,
  well: number,
  url: string,
  files: SharedFiles,
): Promise<Verdict> {
  const { exitCode, signal, stderr } = await loader.ended;
  const seconds = Math.max(0, secondsSince(well));
  const runs = await query<{ status: string }>(
    url,
    "SELECT status::text AS status FROM operations.runs ORDER BY run_id",
  );
  const statuses = runs.map(({ status }) => status).join(", ");
  // A run that never heard that its beginning was noted notes it again, and takes the first note for a dead run's.
  const survived = exitCode === 0 && /^(killed, )?succeeded$/.test(statuses);
  const how = `exit code ${String(exitCode ?? signal)}, runs: ${statuses}`;
  const complaint = survived ? [] : [`the run did not go on by itself (${how}):\n${lastLines(stderr)}`];
  if (exitCode !== 0) await resumeWork(files.into(url));
  const verdict = await judge(url, files.expected, seconds);
  return { ...verdict, stuck: [...complaint, ...verdict.stuck] };
}

/** The end of what a program said; marked, since the test runner leaves out what looks like its own stack. */
function lastLines(text: string): string {
  return text
    .trimEnd()
    .split("\n")
    .slice(-25)
    .map((line) => `| ${line}`)
    .join("\n");
}
