import { lchown, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { TillhouseError } from "../../lib/errors.ts";
import type { Account } from "./account.ts";
import type { EmbeddedLayout } from "./layout.ts";
import { unlessMissing } from "./systemError.ts";

/**
 * Makes sure that a cluster which is there can be started: of the version that is installed, and owned by the account.
 *
 * @param version what `postgres --version` prints
 * @throws state_dir_unusable when it is of another version, or not a cluster at all
 */
export async function adoptCluster(
  layout: EmbeddedLayout,
  account: Account,
  existing: Account,
  version: string,
): Promise<void> {
  const made = (await unlessMissing(readFile(join(layout.data, "PG_VERSION"), "utf8")))?.trim();
  const installed = /\(PostgreSQL\) (\d+)/.exec(version)?.[1];
  if (made !== installed) {
    const what = made === undefined ? "holds no PostgreSQL database" : `was made by PostgreSQL ${made}`;
    throw new TillhouseError(
      "state_dir_unusable",
      `${layout.cluster} ${what}, and the installed one is ${installed ?? version}. ` +
        `Move it away to begin with an empty database, or install the version that made it.`,
      { directory: layout.cluster, made, installed },
    );
  }
  // Root's cluster, in a place where root may no longer make user namespaces.
  if (existing.kind === "namespace" && account.kind === "user") await handOver(layout.cluster, account);
}

async function handOver(path: string, account: { uid: number; gid: number }): Promise<void> {
  const inside = await readdir(path, { recursive: true });
  for (const name of inside) await lchown(join(path, name), account.uid, account.gid);
  // The folder last: its owner is what says that all of it was handed over.
  await lchown(path, account.uid, account.gid);
}
