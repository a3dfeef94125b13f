import { isAbsolute, resolve } from "node:path";
import type { PrismaClient, SourceFile } from "../database/generated/client.ts";
import { TillhouseError } from "../lib/errors.ts";
import { openDataFile, type FilePlace } from "../sources/dataFile.ts";
import { beginningOf, fileText } from "../sources/fileText.ts";
import { hashPrefixes } from "../sources/hashPrefixes.ts";
import type { Difference } from "./verifyWarehouse.ts";

/** What `verifyFiles` found. */
export interface FileVerification {
  /** Files that were looked at. */
  readonly files: number;
  readonly differences: readonly Difference[];
}

const CHECK = "bytesOfFiles";

/**
 * Hashes every file of the ledger again, as far as it was loaded and whatever its times say, and compares that with
 * the hash of what was read. A file that has only grown agrees; one that was replaced and loaded again is no longer
 * looked for. Reads one file at a time, a piece at a time, and writes nothing.
 *
 * @param dataDir absolute; what the ledger's relative paths are below
 */
export async function verifyFiles(prisma: PrismaClient, dataDir: string): Promise<FileVerification> {
  const current = { status: { not: "replaced" as const } };
  const known = await prisma.sourceFile.findMany({ where: current, orderBy: { fileId: "asc" } });
  const files = known.filter((file) => lengthRead(file) > 0);
  const differences: Difference[] = [];
  for (const file of files) {
    const difference = await differenceOf(file, prisma, dataDir);
    if (difference !== undefined) differences.push(difference);
  }
  return { files: files.length, differences };
}

/** A run may load a file while it is hashed here: a difference counts if the ledger says afterwards what it said before. */
async function differenceOf(
  file: SourceFile,
  prisma: PrismaClient,
  dataDir: string,
): Promise<Difference | undefined> {
  let ledger = file;
  for (;;) {
    const found = await compare(ledger, placeOf(ledger, dataDir));
    if (found === undefined) return undefined;
    const now = await prisma.sourceFile.findUnique({ where: { fileId: file.fileId } });
    if (now === null || now.status === "replaced") return undefined;
    if (readAlike(ledger, now)) {
      const subject = `${file.path} (file ${file.fileId})`;
      return { check: CHECK, subject, expected: found, actual: keptOf(ledger) };
    }
    ledger = now;
  }
}

function placeOf({ path }: SourceFile, dataDir: string): FilePlace {
  return { path, absolutePath: resolve(dataDir, path), folder: isAbsolute(path) ? undefined : dataDir };
}

/** What is wrong with a file, in a few words; undefined where nothing is. */
async function compare(ledger: SourceFile, place: FilePlace): Promise<string | undefined> {
  try {
    return await compareBytes(ledger, place);
  } catch (error) {
    if (error instanceof TillhouseError) return `unreadable: ${String(error.details["reason"])}`;
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return code === "ENOENT" || code === "ENOTDIR" ? "gone" : `unreadable: ${code}`;
  }
}

async function compareBytes(ledger: SourceFile, place: FilePlace): Promise<string | undefined> {
  const { committedBytes, committedSha256, unterminatedSha256 } = ledger;
  const handle = await openDataFile(place);
  try {
    const { encoding } = await beginningOf(handle);
    const lengths = [Number(committedBytes), lengthRead(ledger)];
    const { sha256, bytes } = await hashPrefixes(fileText(handle, encoding, 0), lengths);
    const [committed, read] = sha256;
    if (committed === undefined || read === undefined) return `shorter: ${bytes} bytes`;
    if (committed !== committedSha256) return `changed: ${hashed(committedBytes, committed)}`;
    if (unterminatedSha256 !== null && read !== unterminatedSha256)
      return `changed after byte ${committedBytes}: ${hashed(bytes, read)}`;
    return undefined;
  } finally {
    await handle.close();
  }
}

/** Bytes of a file's text that were read, those of a last record without its end among them. */
function lengthRead({ committedBytes, unterminatedBytes }: SourceFile): number {
  return Number(committedBytes + unterminatedBytes);
}

function readAlike(left: SourceFile, right: SourceFile): boolean {
  return (
    left.committedSha256 === right.committedSha256 && left.unterminatedSha256 === right.unterminatedSha256
  );
}

function keptOf({
  committedBytes,
  committedSha256,
  unterminatedBytes,
  unterminatedSha256,
}: SourceFile): string {
  const kept = hashed(committedBytes, committedSha256);
  if (unterminatedSha256 === null) return kept;
  return `${kept}; with its unterminated end ${hashed(committedBytes + unterminatedBytes, unterminatedSha256)}`;
}

const SHOWN_DIGITS = 16;

function hashed(bytes: number | bigint, sha256: string): string {
  return `${bytes} bytes, SHA-256 ${sha256.slice(0, SHOWN_DIGITS)}…`;
}
