import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "../../lib/clock.ts";
import { TillhouseError } from "../../lib/errors.ts";
import type { Logger } from "../../lib/logger.ts";
import { accountOfCluster } from "./account.ts";
import { findBinaries } from "./binaries.ts";
import { adoptCluster } from "./adoptCluster.ts";
import { createCluster, ROLE } from "./createCluster.ts";
import type { EmbeddedLayout } from "./layout.ts";
import { layoutOf } from "./layout.ts";
import { findPostmaster } from "./postmaster.ts";
import type { ServerHold } from "./serverHold.ts";
import { holdServer } from "./serverHold.ts";
import { RECOVERY_MS, startServer } from "./startServer.ts";
import { tryStartLock } from "./startLock.ts";
import { stopServer } from "./stopServer.ts";
import { errorCode, errorMessage } from "./systemError.ts";
import { usableAccount } from "./usableAccount.ts";
import { usableStateDir } from "./usableStateDir.ts";

/** A PostgreSQL of ours that runs while anybody uses it. */
export interface EmbeddedServer {
  /** `postgresql://tillhouse:<password>@127.0.0.1:<port>/tillhouse`. It holds the password: never log it. */
  readonly url: string;
  /**
   * Whether the server went away since (killed, or stopped by `db:stop`) and was not back at its address within 30 s.
   * Open again for one that runs.
   */
  readonly lost: boolean;
  /** Gives the server back; the last of all processes to do so stops it. Close pools first. May be called twice. */
  close(): Promise<void>;
}

export interface EmbeddedServerOptions {
  /** Made if missing. Everything of the server is in its folder `postgres`. */
  readonly stateDir: string;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Over those that it is started with, if it is started: for a server that nothing has to outlive. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** How long a server that says it is ready may refuse us, or a start be held up by others. */
const PATIENCE_MS = 60_000;
/** Answers of PostgreSQL that waiting does not change: wrong password, refused by pg_hba.conf, no such role. */
const FINAL_ANSWERS = ["28P01", "28000", "42501"];

/**
 * Gives the embedded PostgreSQL of `stateDir`, made and started if need be, with an empty database `tillhouse` at first. Any
 * number of processes may hold it at once; it outlives the one that started it, its Ctrl-C and its SIGKILL, and a server that
 * was killed is started again by whoever opens next.
 *
 * @throws embedded_server_unavailable when there is no PostgreSQL for this machine or it will not run
 * @throws state_dir_unusable when the directory cannot be used by this user
 */
export async function openEmbeddedServer(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const { clock, logger } = options;
  const layout = layoutOf(await usableStateDir(options.stateDir));
  const started = clock.monotonicMs();
  let patienceEnds = started + PATIENCE_MS;
  let reason: unknown = "it was not found in time";
  while (clock.monotonicMs() < patienceEnds) {
    // Also refuses a cluster of another user's before anything of it is touched.
    await accountOfCluster(layout);
    const running = await findPostmaster(layout);
    if (running === undefined) {
      const outcome = await startIfFree(layout, options);
      if (outcome === "started") patienceEnds = clock.monotonicMs() + PATIENCE_MS;
      else reason = outcome;
    } else if (running.status === "ready" && running.port !== undefined) {
      const joined = await joinServer(layout, running.port, logger);
      if ("url" in joined) return joined;
      reason = joined.reason;
    } else {
      // It starts, perhaps recovering from a crash, or stops, perhaps with much to write: both end.
      patienceEnds = Math.min(clock.monotonicMs() + PATIENCE_MS, started + RECOVERY_MS);
    }
    await sleep(30);
  }
  throw new TillhouseError(
    "embedded_server_unavailable",
    `The embedded PostgreSQL in ${layout.cluster} cannot be reached: ${errorMessage(reason)}. Its log is ${layout.log}. ` +
      `"npm run db:stop" may help, or set DATABASE_URL to a PostgreSQL of your own.`,
    { directory: layout.cluster },
    reason,
  );
}

/** Makes the cluster if it is missing and starts the server, unless another process is about it. */
async function startIfFree(
  layout: EmbeddedLayout,
  { clock, logger, settings = {} }: EmbeddedServerOptions,
): Promise<string> {
  const unlock = await tryStartLock(layout.startLock, clock);
  if (unlock === undefined) return "another process is starting it and does not finish";
  try {
    if ((await findPostmaster(layout)) !== undefined) return "started";
    const binaries = await findBinaries();
    const existing = await accountOfCluster(layout);
    const { account, version } = await usableAccount(layout, binaries, existing);
    if (existing === undefined) await createCluster(layout, account, binaries, logger);
    else await adoptCluster(layout, account, existing, version);
    return (await startServer(layout, account, binaries, logger, settings)) ?? "started";
  } finally {
    await unlock();
  }
}

/** Becomes one of the server's users, or says why that failed for now. */
async function joinServer(
  layout: EmbeddedLayout,
  port: number,
  logger: Logger,
): Promise<EmbeddedServer | { reason: unknown }> {
  const password = await readPassword(layout);
  let hold: ServerHold;
  try {
    hold = await holdServer({ layout, port, password }, logger);
  } catch (error) {
    if (FINAL_ANSWERS.includes(errorCode(error) ?? "")) throw refused(layout, error);
    return { reason: error };
  }
  // The last user may have told it to stop before we came in: it says so in its file before it drops its users.
  if ((await findPostmaster(layout))?.status !== "ready") {
    await hold.release(async () => undefined);
    return { reason: "it is stopping" };
  }
  let closed: Promise<void> | undefined;
  return {
    url: `postgresql://${ROLE}:${password}@127.0.0.1:${port}/${ROLE}`,
    get lost() {
      return hold.lost;
    },
    close() {
      closed ??= hold.release((pid) => stopServer(layout, pid));
      return closed;
    },
  };
}

async function readPassword(layout: EmbeddedLayout): Promise<string> {
  try {
    return (await readFile(layout.passwordFile, "utf8")).trim();
  } catch (error) {
    throw new TillhouseError(
      "state_dir_unusable",
      `The password of the embedded database cannot be read from ${layout.passwordFile} (${errorMessage(error)}).`,
      { file: layout.passwordFile },
      error,
    );
  }
}

function refused(layout: EmbeddedLayout, error: unknown): TillhouseError {
  return new TillhouseError(
    "embedded_server_unavailable",
    `The embedded PostgreSQL refuses the password in ${layout.passwordFile}: ${errorMessage(error)}.`,
    { file: layout.passwordFile },
    error,
  );
}
