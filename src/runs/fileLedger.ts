import type { BigIntStats } from "node:fs";
import type { PrismaClient, SourceFile } from "../database/generated/client.ts";
import type { Source } from "../database/generated/enums.ts";

/** What tells an unread file from a read one without reading it. */
export interface FileIdentity {
  readonly sizeBytes: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  readonly inode: bigint;
}

export function identityOf(stats: BigIntStats): FileIdentity {
  return { sizeBytes: stats.size, mtimeNs: stats.mtimeNs, ctimeNs: stats.ctimeNs, inode: stats.ino };
}

export function sameIdentity(left: FileIdentity, right: FileIdentity): boolean {
  return (
    left.sizeBytes === right.sizeBytes &&
    left.mtimeNs === right.mtimeNs &&
    left.ctimeNs === right.ctimeNs &&
    left.inode === right.inode
  );
}

/** SHA-256 of no bytes: the checkpoint of a file of which nothing is committed. */
export const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** The ledger's current row for a path. */
export function findCurrentFile(
  prisma: PrismaClient,
  source: Source,
  path: string,
): Promise<SourceFile | null> {
  return prisma.sourceFile.findFirst({ where: { source, path, status: { not: "replaced" } } });
}

/** A new row for a path; what stood there before counts as replaced from now on. */
export async function beginFile(
  prisma: PrismaClient,
  file: {
    source: Source;
    path: string;
    identity: FileIdentity;
    dialect: Record<string, string | string[]>;
    now: Date;
  },
): Promise<SourceFile> {
  const { source, path, identity, dialect, now } = file;
  const [, created] = await prisma.$transaction([
    prisma.sourceFile.updateMany({
      where: { source, path, status: { not: "replaced" } },
      data: { status: "replaced" },
    }),
    prisma.sourceFile.create({
      data: {
        source,
        path,
        ...identity,
        dialect,
        committedSha256: EMPTY_SHA256,
        firstSeenAt: now,
        updatedAt: now,
      },
    }),
  ]);
  return created;
}

/** Notes how a file is written, of which nothing is committed yet: it may have been mended since it was refused. */
export function noteDialect(
  prisma: PrismaClient,
  fileId: number,
  dialect: Record<string, string | string[]>,
): Promise<SourceFile> {
  return prisma.sourceFile.update({ where: { fileId }, data: { dialect } });
}

/** Notes that a file is committed to its end, as it was when it was opened. */
export async function completeFile(
  prisma: PrismaClient,
  fileId: number,
  identity: FileIdentity,
): Promise<void> {
  await prisma.sourceFile.update({
    where: { fileId },
    data: { status: "loaded", refusal: null, ...identity },
  });
}

/** Notes why a file was stopped; its committed chunks stand. */
export async function failFile(prisma: PrismaClient, fileId: number, refusal: string): Promise<void> {
  await prisma.sourceFile.update({ where: { fileId }, data: { status: "failed", refusal } });
}
