import { randomBytes } from "node:crypto";
import { open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Writable } from "node:stream";
import { TillhouseError } from "../lib/errors.ts";
import { type ErrorCode } from "../lib/knownErrors.ts";
import { visible } from "../lib/visible.ts";

/** What systems answer about a place where nothing can be made, in words. */
const WRONG_PLACE: Readonly<Record<string, string>> = {
  ENOENT: "its folder is not there",
  ENOTDIR: "what should be its folder is a file",
  EISDIR: "it is a folder",
  EACCES: "its folder is not yours to write in",
  EPERM: "its folder is not yours to write in",
  EROFS: "its folder is on a disk that is read only",
  ENAMETOOLONG: "its name is too long",
};

/**
 * Gives `write` a file that has its name once it is whole, and is on the disk then; until then it has another one beside it. Whatever
 * fails, nothing is left of it, and what had the name before has it still. Of a link, the file that it leads to is meant.
 *
 * @param replaces whether a file of that name may be there; what is no file is never replaced
 * @param write ends the stream, or throws
 * @throws TillhouseError `usage_invalid` for a name that is taken or where nothing can be made, `file_unwritable`, and what `write` throws
 */
export async function writeWhole<T>(
  path: string,
  replaces: boolean,
  write: (file: Writable) => Promise<T>,
): Promise<T> {
  if (path === "") throw new TillhouseError("usage_invalid", "--out needs the name of a file, and has none");
  await refuseTaken(path, replaces);
  const place = await realpath(path).catch(() => path);
  const draft = join(dirname(place), `.${basename(place)}.${process.pid}.${randomBytes(4).toString("hex")}`);
  const file = await open(draft, "wx").catch((error: unknown) => {
    throw unwritable(error, path);
  });
  const stream = file.createWriteStream({ flush: true });
  try {
    const written = await write(stream);
    // Somebody else may have taken the name meanwhile.
    await refuseTaken(path, replaces);
    await rename(draft, place);
    return written;
  } catch (error) {
    stream.destroy();
    await rm(draft, { force: true });
    throw unwritable(error, path);
  }
}

async function refuseTaken(path: string, replaces: boolean): Promise<void> {
  const taken = await stat(path).catch(() => undefined);
  if (taken === undefined || (replaces && taken.isFile())) return;
  throw new TillhouseError(
    "usage_invalid",
    taken.isFile()
      ? `${visible(path)} is there already: name another file, or add --force`
      : `${visible(path)} is no file, and is not replaced: name a file, or leave --out out and send stdout there`,
  );
}

/** What a system says of a file as an error of ours; any other error as it is. */
function unwritable(error: unknown, path: string): unknown {
  const { code, syscall } = Object(error) as NodeJS.ErrnoException;
  if (error instanceof TillhouseError || code === undefined || !FILE_CALLS.has(syscall ?? "")) return error;
  const cannotBe = (as: ErrorCode, how: string): TillhouseError =>
    new TillhouseError(as, `${visible(path)} cannot be written (${code})${how}`, { code }, error);
  const why = WRONG_PLACE[code];
  return why === undefined
    ? cannotBe("file_unwritable", ". Nothing of it is left.")
    : cannotBe("usage_invalid", `: ${why}`);
}

const FILE_CALLS = new Set(["open", "write", "fsync", "close", "rename"]);
