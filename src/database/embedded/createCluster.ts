import { randomBytes } from "node:crypto";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { TillhouseError } from "../../lib/errors.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Account } from "./account.ts";
import { giveTo } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import type { EmbeddedLayout } from "./layout.ts";
import { processExists } from "./postmaster.ts";
import { reasonIn } from "./reasonIn.ts";
import { runProgram } from "./runProgram.ts";
import { errorCode, errorMessage } from "./systemError.ts";

export const ROLE = "tillhouse";

/**
 * Makes a cluster with its password in a folder of its own, then renames it into place. A crash leaves the folder, never half a
 * cluster; of two makers the second finds the place taken and drops its own.
 */
export async function createCluster(
  layout: EmbeddedLayout,
  account: Account,
  { initdb }: Binaries,
  logger: Logger,
): Promise<void> {
  await sweepUnfinished(layout, logger);
  logger.info("Making the embedded database.", { directory: layout.cluster });
  const folder = `${layout.newClusterPrefix}${process.pid}-${randomBytes(6).toString("hex")}`;
  try {
    await mkdir(folder, { mode: 0o700 });
    await giveTo(account, folder);
    const passwordFile = join(folder, "password");
    await writeFile(passwordFile, `${randomBytes(24).toString("base64url")}\n`, { mode: 0o600 });
    await giveTo(account, passwordFile);
    const made = await runProgram(account, initdb, [
      `--pgdata=${join(folder, "data")}`,
      `--username=${ROLE}`,
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      // The machine's language must not decide how text sorts.
      "--encoding=UTF8",
      "--locale=C",
      "--no-instructions",
    ]);
    if (made.code !== 0) {
      throw new TillhouseError(
        "embedded_server_unavailable",
        `The embedded database could not be made in ${layout.stateDir}: ${reasonIn(made.output)}. ` +
          `Mend that, or set DATABASE_URL to a PostgreSQL of your own.`,
        { directory: layout.stateDir, exit_code: made.code },
      );
    }
    await moveIntoPlace(folder, layout.cluster);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function moveIntoPlace(folder: string, cluster: string): Promise<void> {
  try {
    await rename(folder, cluster);
  } catch (error) {
    // Somebody was faster: theirs is as good. Windows says EPERM.
    const code = errorCode(error) ?? "";
    if (!["ENOTEMPTY", "EEXIST", "EPERM"].includes(code)) throw error;
  }
}

/** Removes what makers that were killed left behind. */
async function sweepUnfinished(layout: EmbeddedLayout, logger: Logger): Promise<void> {
  const prefix = basename(layout.newClusterPrefix);
  for (const name of await readdir(layout.stateDir)) {
    if (!name.startsWith(prefix)) continue;
    const maker = Number.parseInt(name.slice(prefix.length), 10);
    if (Number.isInteger(maker) && processExists(maker)) continue;
    const folder = join(layout.stateDir, name);
    await rm(folder, { recursive: true, force: true, maxRetries: 3 }).catch((error: unknown) => {
      logger.warn("A half-made database could not be removed.", {
        directory: folder,
        reason: errorMessage(error),
      });
    });
  }
}
