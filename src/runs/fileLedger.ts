import type pg from "pg";
import type { FileStatus, Source } from "../database/generated/enums.ts";
import { withPooledTransaction } from "../database/pool.ts";
import { onlyRow, sqlFile, type Parameters, type SqlFile } from "../database/sqlFile.ts";
import { checkFence } from "./fence.ts";
import { identityOfRow, type FileIdentity, type IdentityRow } from "./fileIdentity.ts";
import { EMPTY_SHA256, type LedgerKey } from "./ledgerKey.ts";

const currentFile = sqlFile(new URL("./currentFile.sql", import.meta.url));
const replaceFiles = sqlFile(new URL("./replaceFiles.sql", import.meta.url));
const insertFile = sqlFile(new URL("./insertFile.sql", import.meta.url));
const lastStatedAt = sqlFile(new URL("./lastStatedAt.sql", import.meta.url));
const noteDialect = sqlFile(new URL("./noteDialect.sql", import.meta.url));
const lastLoaded = sqlFile(new URL("./lastLoaded.sql", import.meta.url));
const keepColumnChanges = sqlFile(new URL("./keepColumnChanges.sql", import.meta.url));
const completeFile = sqlFile(new URL("./completeFile.sql", import.meta.url));
const failFile = sqlFile(new URL("./failFile.sql", import.meta.url));

/** What the ledger knows of a file that a run goes by. */
export interface LedgerFile extends FileIdentity {
  readonly fileId: number;
  readonly source: Source;
  readonly status: FileStatus;
  readonly committedBytes: bigint;
  readonly committedLines: bigint;
  readonly committedDigest: string;
  readonly unterminatedBytes: bigint;
  readonly unterminatedDigest: string | null;
  /** The id of the key that both were made with; null: none, they are plain SHA-256. */
  readonly digestKey: string | null;
  readonly recordsRead: bigint;
  /** What its records are of, as its name says or as it was told; null where its mtime has to do. */
  readonly snapshotAt: Date | null;
}

/** How a file is written, for the ledger. */
export type NotedDialect = Readonly<Record<string, string | string[] | NotedTypes>>;

/** The columns of a file by name, each with the type of its values, as far as that is known. */
export type NotedTypes = Readonly<Record<string, string | null>>;

/** The columns of a file that was loaded. */
export interface LoadedColumns {
  readonly path: string;
  readonly types: NotedTypes;
}

/** How the columns of a file differ from those of another one, for the log of runs. */
export interface KeptColumnChanges {
  readonly source: Source;
  readonly fileId: number;
  /** The path of the other one. */
  readonly comparedWith: string;
  /** At least one. */
  readonly changes: readonly object[];
}

/** The ledger of files, for one run: its writes count only while the run holds the warehouse. */
export interface FileLedger {
  /** What its digests are made with. */
  readonly key: LedgerKey;
  /** The current row for a path. */
  findCurrent(source: Source, path: string): Promise<LedgerFile | null>;
  /** A new row for a path; what stood there before counts as replaced from now on. */
  begin(file: NewFile): Promise<LedgerFile>;
  /** When the last committed records of a file were said, in microseconds of the epoch; null where none are committed. */
  lastStatedAt(fileId: number): Promise<number | null>;
  /** Notes how a file is written, of which nothing is committed yet: it may have been mended since it was refused. */
  noteDialect(fileId: number, dialect: NotedDialect): Promise<LedgerFile>;
  /** The columns of the file of a source that was loaded last; null where none has been. */
  lastLoaded(source: Source): Promise<LoadedColumns | null>;
  /** Keeps with a run how the columns of a file have changed. */
  keepColumnChanges(runId: number, kept: KeptColumnChanges): Promise<void>;
  /**
   * Notes that a file is committed to its end, and the identity that its bytes were read under.
   *
   * @param atEnd what follows from that; its parameter is `file_id`
   */
  complete(fileId: number, identity: FileIdentity, now: Date, atEnd?: SqlFile): Promise<void>;
  /** Notes why a file was stopped; its committed chunks stand. */
  fail(fileId: number, refusal: string): Promise<void>;
}

export interface NewFile {
  readonly source: Source;
  readonly path: string;
  readonly identity: FileIdentity;
  readonly dialect: NotedDialect;
  readonly snapshotAt: Date | null;
  readonly now: Date;
}

/**
 * The ledger as one holder of the warehouse may write it.
 *
 * @throws each write throws TillhouseError `run_lock_lost` once another run has taken over
 */
export function fileLedger(pool: pg.Pool, fencingToken: bigint, key: LedgerKey): FileLedger {
  const fenced = <T>(work: (client: pg.ClientBase) => Promise<T>): Promise<T> =>
    withPooledTransaction(pool, async (client) => {
      await checkFence(client, fencingToken);
      return work(client);
    });
  const write = async (client: pg.ClientBase, statement: SqlFile, values: Parameters): Promise<LedgerFile> =>
    ledgerFileOf(onlyRow(await statement.run<LedgerRow>(client, values)));
  return {
    key,
    findCurrent: async (source, path) => {
      const [row] = (await currentFile.run<LedgerRow>(pool, { source, path })).rows;
      return row === undefined ? null : ledgerFileOf(row);
    },
    begin: ({ source, path, identity, dialect, snapshotAt, now }) =>
      fenced(async (client) => {
        await replaceFiles.run(client, { path });
        return write(client, insertFile, {
          ...identityColumns(identity),
          source,
          path,
          dialect: JSON.stringify(dialect),
          committed_digest: key.digestOf(EMPTY_SHA256),
          digest_key: key.id,
          snapshot_at: snapshotAt?.toISOString() ?? null,
          now: now.toISOString(),
        });
      }),
    lastStatedAt: async (fileId) => {
      const [last] = (await lastStatedAt.run<{ micros: string }>(pool, { file_id: fileId })).rows;
      return last === undefined ? null : Number(last.micros);
    },
    noteDialect: (fileId, dialect) =>
      fenced((client) => write(client, noteDialect, { file_id: fileId, dialect: JSON.stringify(dialect) })),
    lastLoaded: async (source) => {
      const [last] = (await lastLoaded.run<LoadedColumns & Record<string, unknown>>(pool, { source })).rows;
      return last ?? null;
    },
    keepColumnChanges: async (runId, { source, fileId, comparedWith, changes }) => {
      await fenced((client) =>
        keepColumnChanges.run(client, {
          run_id: runId,
          file_id: fileId,
          source,
          compared_with: comparedWith,
          schema_changes: JSON.stringify(changes),
        }),
      );
    },
    complete: async (fileId, identity, now, atEnd) => {
      await fenced(async (client) => {
        const values = { file_id: fileId, ...identityColumns(identity), now: now.toISOString() };
        await write(client, completeFile, values);
        await atEnd?.run(client, { file_id: fileId });
      });
    },
    fail: async (fileId, refusal) => {
      await fenced((client) => write(client, failFile, { file_id: fileId, refusal }));
    },
  };
}

/** A row of the ledger as PostgreSQL sends it: whole numbers of 64 bits come as text. */
export interface LedgerRow extends IdentityRow {
  readonly file_id: number;
  readonly source: Source;
  readonly status: FileStatus;
  readonly committed_bytes: string;
  readonly committed_lines: string;
  readonly committed_digest: string;
  readonly unterminated_bytes: string;
  readonly unterminated_digest: string | null;
  readonly digest_key: string | null;
  readonly records_read: string;
  readonly snapshot_at: Date | null;
}

/** The same as a run goes by it. */
export function ledgerFileOf(row: LedgerRow): LedgerFile {
  return {
    ...identityOfRow(row),
    fileId: row.file_id,
    source: row.source,
    status: row.status,
    committedBytes: BigInt(row.committed_bytes),
    committedLines: BigInt(row.committed_lines),
    committedDigest: row.committed_digest,
    unterminatedBytes: BigInt(row.unterminated_bytes),
    unterminatedDigest: row.unterminated_digest,
    digestKey: row.digest_key,
    recordsRead: BigInt(row.records_read),
    snapshotAt: row.snapshot_at,
  };
}

function identityColumns({ sizeBytes, mtimeNs, ctimeNs, inode }: FileIdentity): Parameters {
  return { size_bytes: sizeBytes, mtime_ns: mtimeNs, ctime_ns: ctimeNs, inode };
}
