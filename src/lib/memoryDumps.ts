import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";

/** Node's diagnostic reports hold the environment, and with it secrets. For all threads. */
export function switchOffReports(): void {
  process.report.reportOnFatalError = false;
  process.report.reportOnSignal = false;
  process.report.reportOnUncaughtException = false;
}

/** Without a listener, SIGUSR1 opens Node's debugger to every program on the machine. */
export function switchOffDebugger(): void {
  process.on("SIGUSR1", () => undefined);
}

/**
 * Switches core dumps off, as far as Linux lets a process do so itself; elsewhere nothing. Threads and children inherit it.
 *
 * The filter leaves all memory out of a dump, also of one that is piped to a program, for which there is no limit; the
 * limit lets no file be made at all. Most systems start processes under a limit of 0, so that nothing has to be run.
 * https://man7.org/linux/man-pages/man5/core.5.html
 *
 * @returns what is wrong, where neither could be set
 */
export function switchOffCoreDumps(): string | undefined {
  if (process.platform !== "linux") return undefined;
  const isFiltered = emptyFilter();
  if (coreLimit() === "0") return undefined;
  // Part of util-linux; Node itself cannot set limits.
  spawnSync("prlimit", ["--pid", String(process.pid), "--core=0"], { stdio: "ignore" });
  if (isFiltered || coreLimit() === "0") return undefined;
  return "core dumps could not be switched off, and could hold card numbers: start this program under `ulimit -c 0`";
}

/** Whether it is empty now. A /proc that takes no writes is no reason to fail: there is the limit. */
function emptyFilter(): boolean {
  try {
    writeFileSync("/proc/self/coredump_filter", "0");
    return true;
  } catch {
    return false;
  }
}

/** The soft limit in bytes or `unlimited`; undefined where /proc does not say. */
function coreLimit(): string | undefined {
  try {
    return /^Max core file size +(\S+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
  } catch {
    return undefined;
  }
}
