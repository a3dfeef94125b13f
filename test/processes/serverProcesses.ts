import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Why faults of a server's processes cannot be made happen here; undefined where they can. */
export const NO_SERVER_PROCESSES =
  process.platform === "linux" ? undefined : "which processes belong to a server is read from /proc";

/** The main process of the embedded server in a STATE_DIR. */
export function postmasterIn(stateDir: string): number {
  return Number(readFileSync(join(stateDir, "postgres", "data", "postmaster.pid"), "utf8").split("\n")[0]);
}

/** A server's main process, then its children. */
export function processesOf(postmaster: number): number[] {
  const children = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => parentOf(pid) === postmaster);
  return [postmaster, ...children];
}

/** Sends a signal to all, the first one first; those that have ended meanwhile do not mind. */
export function signalAll(pids: readonly number[], signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

/** Kills a server with all its processes at once: they are stopped first, so that none sees another one die. */
export function killServer(postmaster: number): void {
  const processes = processesOf(postmaster);
  signalAll(processes, "SIGSTOP");
  signalAll(processes, "SIGKILL");
}

function parentOf(pid: number): number | undefined {
  try {
    // The name of the program, in brackets, may hold anything; the state and the parent follow it.
    const [, parent] = /\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
    return Number(parent);
  } catch {
    // It has ended since it was listed.
    return undefined;
  }
}
