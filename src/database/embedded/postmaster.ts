import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { EmbeddedLayout } from "./layout.ts";
import { runProgram } from "./runProgram.ts";
import { errorCode, unlessMissing } from "./systemError.ts";

/** PostgreSQL's main process, as its own file in the data directory tells of it. */
export interface Postmaster {
  readonly pid: number;
  /** Undefined in the first moments of a start. */
  readonly port: number | undefined;
  readonly status: "starting" | "ready" | "stopping";
}

/**
 * Reads postmaster.pid: line 1 is the pid, line 4 the port, line 8 the status.
 * https://www.postgresql.org/docs/18/storage-file-layout.html
 */
export function parsePostmasterFile(text: string): Postmaster | undefined {
  const lines = text.split("\n").map((line) => line.trim());
  const pid = Number(lines[0]);
  const port = Number(lines[3]);
  if (!Number.isInteger(pid) || pid < 1) return undefined;
  const status = lines[7] === "ready" || lines[7] === "stopping" ? lines[7] : "starting";
  return { pid, port: Number.isInteger(port) && port > 0 ? port : undefined, status };
}

/** The server that runs on this cluster, or undefined. A file left behind by a killed server is not believed. */
export async function findPostmaster(layout: EmbeddedLayout): Promise<Postmaster | undefined> {
  const text = await unlessMissing(readFile(postmasterFile(layout), "utf8"));
  const postmaster = text === undefined ? undefined : parsePostmasterFile(text);
  if (postmaster === undefined) return undefined;
  return (await isPostmasterOf(layout, postmaster.pid)) ? postmaster : undefined;
}

export function postmasterFile(layout: EmbeddedLayout): string {
  return join(layout.data, "postmaster.pid");
}

/**
 * Whether `pid` is a live PostgreSQL of this very data directory. That the number exists is not enough: after a crash of the
 * machine, and all the more in a container, where numbers are small, it may belong to anybody; and a killed server
 * that nobody reaped still has it.
 */
async function isPostmasterOf(layout: EmbeddedLayout, pid: number): Promise<boolean> {
  if (!processExists(pid)) return false;
  if (process.platform === "linux") {
    // PostgreSQL works in its data directory; a zombie has no directory at all.
    const [there, data] = await Promise.all([
      stat(`/proc/${pid}/cwd`).catch(() => undefined),
      unlessMissing(stat(layout.data)),
    ]);
    return data !== undefined && there?.dev === data.dev && there.ino === data.ino;
  }
  if (process.platform === "win32") return true;
  const { output } = await runProgram({ kind: "self" }, "/bin/ps", ["-p", String(pid), "-o", "stat=,comm="]);
  return !output.startsWith("Z") && output.endsWith("postgres");
}

/** Whether any process has this number, a stranger's too. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === "EPERM";
  }
}
