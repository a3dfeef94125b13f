import { TillhouseError } from "../../lib/errors.ts";
import { accountOfCluster } from "./account.ts";
import { findBinaries } from "./binaries.ts";
import type { EmbeddedLayout } from "./layout.ts";
import { findPostmaster } from "./postmaster.ts";
import { runProgram } from "./runProgram.ts";
import { errorCode } from "./systemError.ts";
import { pollUntil } from "./waiting.ts";

const STOP_MS = 120_000;

/**
 * Stops the server in the way of `pg_ctl -m fast stop`: open transactions roll back, a checkpoint is written. Elsewhere than on
 * Windows that is one SIGINT, sent to a process that was proven to be this cluster's, and needs no other account.
 * https://www.postgresql.org/docs/18/server-shutdown.html
 *
 * @param only when given, a server with another process number is left alone: it is not the one that was meant
 * @returns false when none was running
 * @throws embedded_server_unavailable when it has not ended after two minutes
 */
export async function stopServer(layout: EmbeddedLayout, only?: number): Promise<boolean> {
  const running = await findPostmaster(layout);
  if (running === undefined || (only !== undefined && only !== running.pid)) return false;
  if (process.platform === "win32") {
    const { pgCtl } = await findBinaries();
    const account = (await accountOfCluster(layout)) ?? { kind: "self" };
    await runProgram(account, pgCtl, ["stop", "-m", "fast", "-w", "-D", layout.data]);
  } else {
    interrupt(running.pid);
  }
  const gone = await pollUntil(
    async () => ((await findPostmaster(layout))?.pid === running.pid ? undefined : true),
    { withinMs: STOP_MS },
  );
  if (gone === true) return true;
  throw new TillhouseError(
    "embedded_server_unavailable",
    `The embedded PostgreSQL (process ${running.pid}) was told to stop and still runs. Its log is ${layout.log}.`,
    { pid: running.pid, log: layout.log },
  );
}

function interrupt(pid: number): void {
  try {
    process.kill(pid, "SIGINT");
  } catch (error) {
    // It ended by itself between the look and the signal.
    if (errorCode(error) !== "ESRCH") throw error;
  }
}
