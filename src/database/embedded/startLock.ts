import { randomBytes } from "node:crypto";
import { readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import type { Clock } from "../../lib/clock.ts";
import { processExists } from "./postmaster.ts";
import { errorCode, unlessMissing } from "./systemError.ts";

/** Longer than making a cluster should take; a holder of this age is presumed dead, whatever has its number now. */
const ABANDONED_AFTER_MS = 30_000;

/** Tells this process from an earlier one of the same number: in containers a restart often has the same. */
const THIS_PROCESS = `${process.pid} ${randomBytes(8).toString("hex")}`;

/**
 * Takes the right to make or start the server, or gives undefined when another process has it.
 *
 * It only saves work: eight processes on a fresh state would otherwise make eight clusters and throw seven away. That there is
 * one cluster and one server holds without it, by the rename of a finished cluster into place (it fails when one is there) and by
 * PostgreSQL's own lock on a data directory. So a lock that is taken over by mistake does no harm.
 */
export async function tryStartLock(path: string, clock: Clock): Promise<(() => Promise<void>) | undefined> {
  if (!(await writeNew(path))) {
    if (!(await isAbandoned(path, clock))) return undefined;
    const aside = `${path}.${randomBytes(8).toString("hex")}`;
    await unlessMissing(rename(path, aside));
    await rm(aside, { force: true });
    if (!(await writeNew(path))) return undefined;
  }
  return async () => {
    if ((await unlessMissing(readFile(path, "utf8"))) === THIS_PROCESS) await rm(path, { force: true });
  };
}

async function writeNew(path: string): Promise<boolean> {
  try {
    await writeFile(path, THIS_PROCESS, { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

async function isAbandoned(path: string, clock: Clock): Promise<boolean> {
  const found = await unlessMissing(stat(path));
  if (found === undefined) return true;
  if (clock.now().getTime() - found.mtimeMs > ABANDONED_AFTER_MS) return true;
  const holder = (await unlessMissing(readFile(path, "utf8"))) ?? "";
  const pid = Number.parseInt(holder, 10);
  // An empty file is one that is being written.
  if (!Number.isInteger(pid)) return false;
  return pid === process.pid ? holder !== THIS_PROCESS : !processExists(pid);
}
