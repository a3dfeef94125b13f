import { randomBytes } from "node:crypto";
import { open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Writable } from "node:stream";
import { TillhouseError } from "../lib/errors.ts";
import { visible } from "../lib/visible.ts";

/** What systems answer about a place where nothing can be made. */
const WRONG_PLACE = new Set(["ENOENT", "ENOTDIR", "EACCES", "EPERM", "EROFS", "EISDIR", "ENAMETOOLONG"]);

/**
 * Gives `write` a file that has its name once it is whole, and is on the disk then; until then it has another one beside it. Whatever
 * fails, nothing is left of it, and what had the name before has it still.
 *
 * @param replaces whether a file of that name may be there
 * @param write ends the stream, or throws
 * @throws TillhouseError `usage_invalid` for a name that is taken or where nothing can be made, `file_unwritable`, and what `write` throws
 */
export async function writeWhole<T>(
  path: string,
  replaces: boolean,
  write: (file: Writable) => Promise<T>,
): Promise<T> {
  if (!replaces && (await isThere(path)))
    throw new TillhouseError(
      "usage_invalid",
      `${visible(path)} is there already: name another file, or add --force`,
    );
  const draft = join(dirname(path), `.${basename(path)}.${process.pid}.${randomBytes(4).toString("hex")}`);
  const file = await open(draft, "wx").catch((error: unknown) => {
    throw unwritable(error, path);
  });
  try {
    const written = await write(file.createWriteStream({ flush: true }));
    await rename(draft, path);
    return written;
  } catch (error) {
    await rm(draft, { force: true });
    throw unwritable(error, path);
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** What a system says of a file as an error of ours; any other error as it is. */
function unwritable(error: unknown, path: string): unknown {
  const { code, syscall } = Object(error) as NodeJS.ErrnoException;
  if (error instanceof TillhouseError || code === undefined || !FILE_CALLS.has(syscall ?? "")) return error;
  const message = `${visible(path)} cannot be written (${code}). Nothing of it is left.`;
  return new TillhouseError(
    WRONG_PLACE.has(code) ? "usage_invalid" : "file_unwritable",
    message,
    { code },
    error,
  );
}

const FILE_CALLS = new Set(["open", "write", "fsync", "close", "rename"]);
