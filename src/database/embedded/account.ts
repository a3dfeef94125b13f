import type { SpawnOptions } from "node:child_process";
import { chown, stat } from "node:fs/promises";
import { TillhouseError } from "../../lib/errors.ts";
import type { EmbeddedLayout } from "./layout.ts";
import { unlessMissing } from "./systemError.ts";

/**
 * Who PostgreSQL runs as. It refuses root, so root either enters a user namespace in which it has another number
 * (files stay root's own on disk, and a 0700 home is no obstacle), or becomes another user for good.
 */
export type Account =
  | { readonly kind: "self" }
  | { readonly kind: "namespace" }
  | { readonly kind: "user"; readonly uid: number; readonly gid: number };

/** "nobody" on every Linux: the user that exists without being made. */
export const NOBODY = 65534;

interface Command {
  readonly file: string;
  readonly args: string[];
  readonly options: SpawnOptions;
}

/**
 * How to run `program` as `account`. POSIX: in a session of its own, so that signals of our terminal do not reach it,
 * and with a nearly empty environment, so that neither our secrets nor stray PG* variables do.
 */
export function asAccount(account: Account, program: string, args: readonly string[]): Command {
  if (process.platform === "win32") return { file: program, args: [...args], options: { windowsHide: true } };
  const options: SpawnOptions = {
    cwd: "/",
    detached: true,
    env: { PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", LC_ALL: "C", TZ: "UTC" },
  };
  switch (account.kind) {
    case "self":
      return { file: program, args: [...args], options };
    case "namespace": {
      const enter = ["--user", `--map-user=${NOBODY}`, `--map-group=${NOBODY}`];
      return { file: "unshare", args: [...enter, program, ...args], options };
    }
    case "user":
      return { file: program, args: [...args], options: { ...options, uid: account.uid, gid: account.gid } };
  }
}

/**
 * The account for a cluster that exists: its folder's owner decides, so that whoever made it, it stays in one hand.
 *
 * @throws state_dir_unusable when it belongs to somebody that this process cannot become
 */
export async function accountOfCluster(layout: EmbeddedLayout): Promise<Account | undefined> {
  const owner = await unlessMissing(stat(layout.cluster));
  const me = process.geteuid?.();
  if (owner === undefined || me === undefined) return owner && { kind: "self" };
  if (owner.uid === me) return me === 0 ? { kind: "namespace" } : { kind: "self" };
  if (me === 0) return { kind: "user", uid: owner.uid, gid: owner.gid };
  throw new TillhouseError(
    "state_dir_unusable",
    `The embedded database in ${layout.cluster} belongs to user number ${owner.uid}, and this is user number ${me}. ` +
      `Run as that user, or give this one a STATE_DIR of its own.`,
    { directory: layout.cluster, owner: owner.uid, user: me },
  );
}

/** Hands a path that this process made to the account that will use it. */
export async function giveTo(account: Account, path: string): Promise<void> {
  if (account.kind === "user") await chown(path, account.uid, account.gid);
}
