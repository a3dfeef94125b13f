import { spawn } from "node:child_process";
import { open, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { TillhouseError } from "../../lib/errors.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Account } from "./account.ts";
import { asAccount, giveTo } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import { choosePort } from "./choosePort.ts";
import type { EmbeddedLayout } from "./layout.ts";
import { findPostmaster, parsePostmasterFile, postmasterFile, processExists } from "./postmaster.ts";
import { reasonIn } from "./reasonIn.ts";
import { serverSettings, settingArguments } from "./serverSettings.ts";
import { errorMessage, unlessMissing } from "./systemError.ts";
import { pollUntil } from "./waiting.ts";

/** Replaying the log after a crash can take minutes: up to max_wal_size has to be read. */
export const RECOVERY_MS = 15 * 60_000;
const LOG_BYTES = 5 * 1024 * 1024;

/** What another process, or the end of a killed server's last children, brings about and time heals. */
const PASSING_FAILURES =
  /lock file ".*" already exists|pre-existing shared memory block|could not bind|could not create any TCP\/IP sockets/;

/**
 * Starts the server on a cluster that exists and waits until it takes connections.
 *
 * @param over settings over those of every embedded server
 * @returns undefined when it does; or why it did not, when that passes by itself: look again, then try again
 * @throws embedded_server_unavailable with what the server said, when it will not start
 */
export async function startServer(
  layout: EmbeddedLayout,
  account: Account,
  binaries: Binaries,
  logger: Logger,
  over: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  await removeStrangersPidFile(layout);
  await boundLog(layout);
  const log = await open(layout.log, "a", 0o600);
  try {
    await giveTo(account, layout.log);
    const { size: logStart } = await log.stat();
    const settings = { ...(await serverSettings(await choosePort(await lastPort(layout)))), ...over };
    const server = launch(account, binaries, layout, log.fd, settingArguments(settings));
    const notice = setTimeout(() => {
      logger.info("Waiting for the embedded PostgreSQL; it may be recovering from a crash.", {
        log: layout.log,
      });
    }, 3000);
    const outcome = await pollUntil(
      async () => {
        const failed = server.failure();
        if ((await findPostmaster(layout))?.status === "ready") return "ready";
        return failed;
      },
      { withinMs: RECOVERY_MS },
    );
    clearTimeout(notice);
    if (outcome === "ready") return undefined;
    const said = (await readFile(layout.log)).subarray(logStart).toString("utf8").trim();
    if (PASSING_FAILURES.test(said)) return reasonIn(said);
    throw new TillhouseError(
      "embedded_server_unavailable",
      `The embedded PostgreSQL did not start: ${reasonIn(said) || (outcome ?? "it was not ready in time")}. ` +
        `Its log is ${layout.log}. Mend that, or set DATABASE_URL to a PostgreSQL of your own.`,
      { log: layout.log },
    );
  } finally {
    await log.close();
  }
}

/**
 * Starts postgres itself rather than by `pg_ctl start`, which hands its arguments through a shell and leaves a process
 * that nobody reaps where Node is process 1. Windows needs pg_ctl, which drops an administrator's rights.
 */
function launch(
  account: Account,
  { postgres, pgCtl }: Binaries,
  layout: EmbeddedLayout,
  logFile: number,
  args: readonly string[],
): { failure: () => string | undefined } {
  const windows = process.platform === "win32";
  const command = windows
    ? asAccount(account, pgCtl, ["start", "-W", "-D", layout.data, "-l", layout.log, "-o", args.join(" ")])
    : // A core file would hold what the server had in memory.
      asAccount(account, "/bin/sh", [
        "-c",
        'ulimit -c 0; exec "$0" "$@"',
        postgres,
        "-D",
        layout.data,
        ...args,
      ]);
  const stdio = ["ignore", logFile, logFile] as const;
  const child = spawn(command.file, command.args, { ...command.options, stdio: [...stdio] });
  let failure: string | undefined;
  child.once("error", (error) => {
    failure = errorMessage(error);
  });
  child.once("exit", (code, signal) => {
    if (!windows || code !== 0) failure = signal ?? `exit code ${String(code)}`;
  });
  child.unref();
  return { failure: () => failure };
}

/**
 * A killed server leaves its file, and PostgreSQL takes it over when no process has the number in it; it cannot tell a
 * stranger of that number from itself, and refuses to start.
 */
async function removeStrangersPidFile(layout: EmbeddedLayout): Promise<void> {
  const path = postmasterFile(layout);
  const left = parsePostmasterFile((await unlessMissing(readFile(path, "utf8"))) ?? "");
  if (left === undefined || !processExists(left.pid)) return;
  if ((await findPostmaster(layout)) === undefined) await rm(path, { force: true });
}

/** Two files of 5 MB at most, looked at when the server starts; it writes a few lines between two starts. */
async function boundLog(layout: EmbeddedLayout): Promise<void> {
  const log = await unlessMissing(stat(layout.log));
  if (log !== undefined && log.size > LOG_BYTES) await rename(layout.log, layout.previousLog);
}

/**
 * The port of the last start: with the same one again, connection pools of other processes find the server back. Not that of a
 * copy's original, which has the same password too: those pools would take the one for the other.
 */
async function lastPort(layout: EmbeddedLayout): Promise<number | undefined> {
  const lastCommand = await unlessMissing(readFile(join(layout.data, "postmaster.opts"), "utf8"));
  // On Windows pg_ctl writes paths with slashes.
  const isOfThis = lastCommand?.replaceAll("\\", "/").includes(`"-D" "${layout.data.replaceAll("\\", "/")}"`);
  const port = isOfThis === true ? /"port=(\d+)"/.exec(lastCommand ?? "")?.[1] : undefined;
  return port === undefined ? undefined : Number(port);
}
