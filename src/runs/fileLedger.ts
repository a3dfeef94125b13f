import type { Prisma, PrismaClient, SourceFile } from "../database/generated/client.ts";
import type { Source } from "../database/generated/enums.ts";
import { sameIdentity, type FileIdentity } from "./fileIdentity.ts";
import { lockLost } from "./warehouseLock.ts";

/** SHA-256 of no bytes: the checkpoint of a file of which nothing is committed. */
export const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** How a file is written, for the ledger. */
export type NotedDialect = Readonly<Record<string, string | string[]>>;

/** The ledger of files, for one run: its writes count only while the run holds the warehouse. */
export interface FileLedger {
  /** The current row for a path. */
  findCurrent(source: Source, path: string): Promise<SourceFile | null>;
  /** A new row for a path; what stood there before counts as replaced from now on. */
  begin(file: NewFile): Promise<SourceFile>;
  /** Notes how a file is written, of which nothing is committed yet: it may have been mended since it was refused. */
  noteDialect(fileId: number, dialect: NotedDialect): Promise<SourceFile>;
  /** Notes that a file is committed to its end, and the identity that its bytes were read under. */
  complete(fileId: number, identity: FileIdentity): Promise<void>;
  /** Notes why a file was stopped; its committed chunks stand. */
  fail(fileId: number, refusal: string): Promise<void>;
}

export interface NewFile {
  readonly source: Source;
  readonly path: string;
  readonly identity: FileIdentity;
  readonly dialect: NotedDialect;
  readonly now: Date;
}

/** A server that is far away or busy takes longer than Prisma would wait by itself. */
const PATIENCE = { maxWait: 15_000, timeout: 30_000 } as const;

/**
 * The ledger as one holder of the warehouse may write it.
 *
 * @throws each write throws TillhouseError `run_lock_lost` once another run has taken over
 */
export function fileLedger(prisma: PrismaClient, fencingToken: bigint): FileLedger {
  const write = <T>(work: (client: Prisma.TransactionClient) => Promise<T>): Promise<T> =>
    prisma.$transaction(async (client) => {
      await holdFence(client, fencingToken);
      return work(client);
    }, PATIENCE);
  return {
    findCurrent: (source, path) =>
      prisma.sourceFile.findFirst({ where: { source, path, status: { not: "replaced" } } }),
    begin: ({ source, path, identity, dialect, now }) =>
      write(async (client) => {
        // Of any source: a file that is told by its header may hold another one's records now.
        const current = { path, status: { not: "replaced" as const } };
        await client.sourceFile.updateMany({ where: current, data: { status: "replaced" } });
        const noted = {
          ...identity,
          dialect,
          committedSha256: EMPTY_SHA256,
          firstSeenAt: now,
          updatedAt: now,
        };
        return client.sourceFile.create({ data: { source, path, ...noted } });
      }),
    noteDialect: (fileId, dialect) =>
      write((client) => client.sourceFile.update({ where: { fileId }, data: { dialect } })),
    complete: async (fileId, identity) => {
      const data = { status: "loaded", refusal: null, ...identity } as const;
      await write((client) => client.sourceFile.update({ where: { fileId }, data }));
    },
    fail: async (fileId, refusal) => {
      await write((client) =>
        client.sourceFile.update({ where: { fileId }, data: { status: "failed", refusal } }),
      );
    },
  };
}

/**
 * The source of a file that is loaded to its end and has not changed since, told without reading it; undefined for any
 * other file.
 */
export async function sourceOfUnchanged(
  prisma: PrismaClient,
  path: string,
  identity: FileIdentity,
): Promise<Source | undefined> {
  const loaded = await prisma.sourceFile.findMany({ where: { path, status: "loaded" } });
  return loaded.find((known) => sameIdentity(known, identity))?.source;
}

/** Writes the lock's row as it is: that locks it until the commit, and finds none when the token is not the newest. */
async function holdFence(client: Prisma.TransactionClient, fencingToken: bigint): Promise<void> {
  const name = "warehouse";
  const { count } = await client.runLock.updateMany({ where: { name, fencingToken }, data: { name } });
  if (count !== 1) throw lockLost();
}
