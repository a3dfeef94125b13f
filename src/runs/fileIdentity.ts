import type { BigIntStats } from "node:fs";

/** What tells an unread file from a read one without reading it. */
export interface FileIdentity {
  readonly sizeBytes: bigint;
  readonly mtimeNs: bigint;
  /** Moves with every change of the file, and nobody can set it: it tells an edit whose mtime was put back. */
  readonly ctimeNs: bigint;
  readonly inode: bigint;
}

/** Stands for the inode in an identity that is not to be trusted, and is what file systems without inodes say. */
const NO_INODE = 0n;

/** The coarsest clock that a file system keeps times by (FAT). Two changes within one tick look like one. */
const CLOCK_TICK_NS = 2_000_000_000n;

export function identityOf(stats: BigIntStats): FileIdentity {
  return { sizeBytes: stats.size, mtimeNs: stats.mtimeNs, ctimeNs: stats.ctimeNs, inode: stats.ino };
}

/** An identity as PostgreSQL sends it: whole numbers of 64 bits come as text. */
export interface IdentityRow {
  readonly size_bytes: string;
  readonly mtime_ns: string;
  readonly ctime_ns: string;
  readonly inode: string;
}

export function identityOfRow(row: IdentityRow): FileIdentity {
  return {
    sizeBytes: BigInt(row.size_bytes),
    mtimeNs: BigInt(row.mtime_ns),
    ctimeNs: BigInt(row.ctime_ns),
    inode: BigInt(row.inode),
  };
}

/** Whether a file is the one of earlier, and has not changed since. Never so for an identity that is not to be trusted. */
export function sameIdentity(left: FileIdentity, right: FileIdentity): boolean {
  return (
    left.inode !== NO_INODE &&
    left.inode === right.inode &&
    left.sizeBytes === right.sizeBytes &&
    left.mtimeNs === right.mtimeNs &&
    left.ctimeNs === right.ctimeNs
  );
}

/**
 * The identity under which the bytes that were read of a file may be noted. It is that of before they were read, since
 * any change after that moves the times, if these were older than a tick of their clock. Where they were not, or lie in
 * the future, or where the file changed under the reader, what is noted is the identity of no file: the next run reads
 * the file again to compare it.
 *
 * @param before as the file was opened, before anything was read of it
 * @param after as it was when all had been read
 * @param openedAt a moment no later than `before`
 */
export function identityToNote(before: FileIdentity, after: FileIdentity, openedAt: Date): FileIdentity {
  const now = BigInt(openedAt.getTime()) * 1_000_000n;
  const isOld = (timeNs: bigint): boolean => now - timeNs > CLOCK_TICK_NS;
  const isTrusted = sameIdentity(before, after) && isOld(before.mtimeNs) && isOld(before.ctimeNs);
  return isTrusted ? before : { ...before, inode: NO_INODE };
}
