import { run, type Environment } from "../../processes/programs.ts";
import { RECOVERY_SECONDS } from "./oracle.ts";

/** Exit code of a run that found another at work. */
export const LOCKED = 3;

/**
 * Starts a run as somebody would after all had gone wrong, again and again while the lock of the dead one is still
 * there, and gives the seconds until the work was complete.
 */
export async function resumeWork(environment: Environment): Promise<number> {
  const started = performance.now();
  for (;;) {
    const { exitCode, stderr } = await run(["ingest", "--json"], environment);
    const seconds = (performance.now() - started) / 1000;
    if (exitCode === 0) return seconds;
    if (exitCode !== LOCKED || seconds > RECOVERY_SECONDS)
      throw new Error(`the next run ended with exit code ${String(exitCode)}:\n${stderr}`);
  }
}
