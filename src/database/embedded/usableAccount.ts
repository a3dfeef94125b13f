import { chmod, chown, stat } from "node:fs/promises";
import { dirname, parse } from "node:path";
import { TillhouseError } from "../../lib/errors.ts";
import type { Account } from "./account.ts";
import { NOBODY } from "./account.ts";
import type { Binaries } from "./binaries.ts";
import type { EmbeddedLayout } from "./layout.ts";
import { runProgram } from "./runProgram.ts";
import { errorMessage } from "./systemError.ts";

/**
 * Finds an account that can enter the directories and run the binaries, and proves it by running `postgres --version`.
 *
 * @param existing the account of the cluster, when there is one
 * @throws state_dir_unusable naming the directory that bars the way; embedded_server_unavailable when nothing runs
 */
export async function usableAccount(
  layout: EmbeddedLayout,
  binaries: Binaries,
  existing: Account | undefined,
): Promise<{ account: Account; version: string }> {
  const failures: TillhouseError[] = [];
  for (const account of await candidates(layout, existing)) {
    if (account.kind === "user") await letTraverse(account, layout.stateDir);
    const attempt = await tryAccount(account, layout, binaries, existing === undefined);
    if (!(attempt instanceof TillhouseError)) return { account, version: attempt };
    failures.push(attempt);
  }
  // A directory that can be opened up is the better advice.
  throw (
    failures.find(({ code }) => code === "state_dir_unusable") ??
    failures[0] ??
    new TypeError("No account to try.")
  );
}

async function candidates(layout: EmbeddedLayout, existing: Account | undefined): Promise<Account[]> {
  const nobody: Account = { kind: "user", uid: NOBODY, gid: NOBODY };
  // Root's cluster may have come to where user namespaces are refused, as in most containers.
  if (existing?.kind === "namespace") return [existing, nobody];
  if (existing !== undefined) return [existing];
  if (process.platform === "win32") return [{ kind: "self" }];
  if (process.geteuid?.() !== 0) return [{ kind: "self" }, { kind: "namespace" }];
  const { uid, gid } = await stat(layout.stateDir);
  const owner: Account[] = uid === 0 ? [] : [{ kind: "user", uid, gid }];
  return [...owner, { kind: "namespace" }, nobody];
}

/** STATE_DIR is ours: its group may pass through, which shows no names and lets nobody else in. */
async function letTraverse(account: { uid: number; gid: number }, stateDir: string): Promise<void> {
  const state = await stat(stateDir);
  if (state.uid !== 0 || (state.mode & 0o001) !== 0) return;
  await chown(stateDir, state.uid, account.gid);
  await chmod(stateDir, 0o710);
}

const BARRED = 9;
const NAMELESS = 8;
const PROBE = `
  naming=$1; binary=$2; shift 2
  for directory do [ -x "$directory" ] || { printf '%s' "$directory"; exit ${BARRED}; }; done
  [ "$naming" = unneeded ] || id -un >/dev/null 2>&1 || { id -u; exit ${NAMELESS}; }
  exec "$binary" --version`;

/** What `postgres --version` prints, or why this account will not do. Only initdb needs the account to have a name. */
async function tryAccount(
  account: Account,
  layout: EmbeddedLayout,
  { postgres }: Binaries,
  toMake: boolean,
): Promise<string | TillhouseError> {
  const directories = [...ancestors(postgres), ...ancestors(layout.stateDir), layout.stateDir];
  const probe = ["-c", PROBE, "sh", toMake ? "needed" : "unneeded", postgres, ...directories];
  const run =
    process.platform === "win32"
      ? runProgram(account, postgres, ["--version"])
      : runProgram(account, "/bin/sh", probe);
  const { code, output } = await run.catch((error: unknown) => ({ code: 1, output: errorMessage(error) }));
  if (code === 0) return output;
  if (code === BARRED) {
    const who = account.kind === "user" ? `user number ${account.uid}` : "another user";
    return new TillhouseError(
      "state_dir_unusable",
      `PostgreSQL does not run as root, and ${who}, as which it would run, may not enter ${output}. ` +
        `Run as an ordinary user, or have STATE_DIR and the program where all may enter, or set DATABASE_URL.`,
      { directory: output },
    );
  }
  const reason = code === NAMELESS ? `user number ${output} has no name here (in /etc/passwd)` : output;
  return new TillhouseError(
    "embedded_server_unavailable",
    `The embedded PostgreSQL does not run on this system: ${reason || `exit code ${String(code)}`}. ` +
      `Set DATABASE_URL to a PostgreSQL of your own.`,
    { binary: postgres },
  );
}

/** The directories above `path`, outermost first. */
function ancestors(path: string): string[] {
  const parent = dirname(path);
  return parent === parse(path).root ? [parent] : [...ancestors(parent), parent];
}
