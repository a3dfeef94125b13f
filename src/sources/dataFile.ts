import { constants, type BigIntStats } from "node:fs";
import { lstat, open, realpath, stat, type FileHandle } from "node:fs/promises";
import { isAbsolute, relative, sep } from "node:path";
import { TillhouseError } from "../lib/errors.ts";
import { hasControls, visible } from "../lib/visible.ts";
import { mayNameCard } from "./cardLikeNames.ts";

/** Where a file of records lies. */
export interface FilePlace {
  /** How it is called in messages. */
  readonly path: string;
  readonly absolutePath: string;
  /** A folder that it may not lead out of; undefined where whoever named it may name any. */
  readonly folder: string | undefined;
}

// A pipe that nobody writes to would keep whoever opens it for ever; a terminal would become the process's own.
const READ_ONLY = constants.O_RDONLY | ifAny(constants.O_NONBLOCK) | ifAny(constants.O_NOCTTY);
/** A file that is replaced at every look is left alone. */
const MOST_LOOKS = 5;

/**
 * Opens a file of records to read it, and no other: a regular file that does not lie outside of `folder`, whatever links
 * lead to it. What is asked is asked of the file that was opened, so nobody can put another in its place in between.
 *
 * @throws TillhouseError `file_unreadable` for anything else, its `reason` a clause; and what the file system answers
 */
export async function openDataFile(place: FilePlace): Promise<FileHandle> {
  for (let look = 1; look <= MOST_LOOKS; look += 1) {
    // Opening a device may do something.
    refuse(place, kindRefusal(await stat(place.absolutePath, { bigint: true })));
    const handle = await open(place.absolutePath, READ_ONLY);
    try {
      const opened = await handle.stat({ bigint: true });
      refuse(place, kindRefusal(opened));
      const real = await realpath(place.absolutePath);
      refuse(place, await placeRefusal(place, real));
      if (isSame(opened, await lstat(real, { bigint: true }))) return handle;
    } catch (error) {
      await handle.close();
      throw error;
    }
    await handle.close();
  }
  return refuse(place, "another file is put in its place all the time");
}

/**
 * Why a file is not to be read, as a clause; undefined where it is.
 *
 * @throws what the file system answers, but for a link to nothing
 */
export async function refusalOf(place: FilePlace): Promise<string | undefined> {
  const named = nameRefusal(place.path);
  if (named !== undefined) return named;
  try {
    return (
      kindRefusal(await stat(place.absolutePath, { bigint: true })) ??
      (await placeRefusal(place, await realpath(place.absolutePath)))
    );
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ELOOP") return "it is a symbolic link to itself";
    const leadsNowhere = code === "ENOENT" || code === "ENOTDIR";
    if (!leadsNowhere || !(await isLink(place.absolutePath))) throw error;
    return "it is a symbolic link to nothing";
  }
}

async function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );
}

/**
 * Why a file is not to be read for its name or for those of its folders, as far as they are kept. They could forge a line of
 * the log; what is not valid UTF-8 cannot be opened by what it is read as.
 *
 * @param path as the ledger has it: below DATA_DIR, or whole
 */
export function nameRefusal(path: string): string | undefined {
  if (path.includes("\ufffd")) return "its name is not valid UTF-8";
  if (hasControls(path)) return "its name has control characters";
  return mayNameCard(path)
    ? "its path could hold a card number, and paths are kept and shown: rename the file, or its folder"
    : undefined;
}

/** Whether a path is a folder's own or lies below it; both absolute. */
export function isInside(folder: string, absolutePath: string): boolean {
  const below = relative(folder, absolutePath);
  return below !== ".." && !below.startsWith(`..${sep}`) && !isAbsolute(below);
}

function kindRefusal(stats: BigIntStats): string | undefined {
  if (stats.isFile()) return undefined;
  if (stats.isDirectory()) return "it is a folder";
  if (stats.isFIFO()) return "it is a pipe";
  return stats.isSocket() ? "it is a socket" : "it is a device";
}

async function placeRefusal({ folder }: FilePlace, real: string): Promise<string | undefined> {
  if (folder === undefined || isInside(await realpath(folder), real)) return undefined;
  return "it leads out of DATA_DIR";
}

function isSame(left: BigIntStats, right: BigIntStats): boolean {
  return left.ino === right.ino && left.dev === right.dev;
}

function refuse(place: FilePlace, refusal: string): never;
function refuse(place: FilePlace, refusal: string | undefined): void;
function refuse({ path }: FilePlace, refusal: string | undefined): void {
  if (refusal === undefined) return;
  throw new TillhouseError(
    "file_unreadable",
    `${visible(path)}: cannot be read: ${refusal}. What was committed of it stands; the next run tries again.`,
    { path, reason: refusal },
  );
}

/** A flag that not every system has. */
function ifAny(flag: number | undefined): number {
  return flag ?? 0;
}
