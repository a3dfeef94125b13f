import type pg from "pg";
import type { Source } from "../../database/generated/enums.ts";
import { sqlFile } from "../../database/sqlFile.ts";
import { ledgerFileOf, type LedgerFile, type LedgerRow } from "../../runs/fileLedger.ts";

const formerFilesSql = sqlFile(new URL("./formerFiles.sql", import.meta.url));
const formerPartsSql = sqlFile(new URL("./formerParts.sql", import.meta.url));
const knownFromSql = sqlFile(new URL("./knownFrom.sql", import.meta.url));

type Asked = Pick<pg.Pool, "query">;

/** A file that stands in the ledger and was loaded, or some of it. */
export interface FormerFile extends LedgerFile {
  readonly path: string;
}

/** The files that stand and were loaded, by path. */
export async function formerFiles(pool: Asked): Promise<readonly FormerFile[]> {
  const { rows } = await formerFilesSql.run<LedgerRow & { path: string }>(pool);
  return rows.map((row) => ({ ...ledgerFileOf(row), path: row.path }));
}

/** What was committed of a file at once. */
export interface FormerPart {
  readonly runId: number;
  readonly fileId: number;
  readonly source: Source;
  /** Where it ended, in the file's text. */
  readonly endByte: number;
  /** It is what the file ended in, without a line end. */
  readonly isEnd: boolean;
  /** When its records were said, as PostgreSQL reads it. */
  readonly statedAt: string;
  /** When that was, in the same form. */
  readonly committedAt: string;
}

/** What was committed of the files that stand, in the order of the commits. */
export async function formerParts(pool: Asked): Promise<readonly FormerPart[]> {
  const { rows } = await formerPartsSql.run<FormerPartRow>(pool);
  return rows.map((row) => ({
    runId: row.run_id,
    fileId: row.file_id,
    source: row.source,
    endByte: Number(row.end_byte),
    isEnd: row.is_end,
    statedAt: row.stated_at,
    committedAt: row.committed_at,
  }));
}

interface FormerPartRow {
  readonly run_id: number;
  readonly file_id: number;
  readonly source: Source;
  readonly end_byte: string;
  readonly is_end: boolean;
  readonly stated_at: string;
  readonly committed_at: string;
  readonly [column: string]: unknown;
}

/** How much is known from what stood at a path. Counts of rows. */
export interface KnownFrom {
  readonly path: string;
  /** Other bytes stand at the path now. */
  readonly is_replaced: boolean;
  readonly transactions: number;
  /** Of transactions, stores and devices, those that do not count any more among them. */
  readonly versions: number;
  readonly stores: number;
  readonly devices: number;
  /** Records that wait in quarantine. */
  readonly waiting: number;
}

/** What is known from files whose paths hold other bytes now, and from the files named; by path. */
export async function knownFrom(pool: Asked, fileIds: readonly number[]): Promise<readonly KnownFrom[]> {
  return (await knownFromSql.run<KnownFrom & Record<string, unknown>>(pool, { file_ids: fileIds })).rows;
}
