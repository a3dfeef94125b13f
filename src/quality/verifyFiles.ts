import { isAbsolute, resolve } from "node:path";
import type pg from "pg";
import { sqlFile } from "../database/sqlFile.ts";
import { TillhouseError } from "../lib/errors.ts";
import type { LedgerKey } from "../runs/ledgerKey.ts";
import { openDataFile, type FilePlace } from "../sources/dataFile.ts";
import type { SourceName } from "../sources/contracts.ts";
import { openText, type TextLimits } from "../sources/carriers/openText.ts";
import { hashPrefixes } from "../sources/hashPrefixes.ts";
import type { Difference } from "./verifyWarehouse.ts";

const readFiles = sqlFile(new URL("./readFiles.sql", import.meta.url));

/** What `verifyFiles` found. */
export interface FileVerification {
  /** Files that were looked at. */
  readonly files: number;
  readonly differences: readonly Difference[];
}

type Asked = Pick<pg.Pool, "query">;

const CHECK = "bytesOfFiles";

/** What files are read and compared by. */
export interface FileRules {
  /** Of the ledger; digests of another one cannot be compared, which is a difference. */
  readonly key: LedgerKey;
  /** Absolute; what the ledger's relative paths are below. */
  readonly dataDir: string;
  readonly limits: TextLimits;
}

/**
 * Hashes every file of the ledger again, as far as it was loaded and whatever its times say, and compares that with
 * the digest of what was read. A file that has only grown agrees; one that was replaced and loaded again is no longer
 * looked for. Reads one file at a time, a piece at a time, and writes nothing.
 */
export async function verifyFiles(pool: Asked, rules: FileRules): Promise<FileVerification> {
  const files = await ledgerRows(pool, null);
  const differences: Difference[] = [];
  for (const file of files) {
    const difference = await differenceOf(file, pool, rules);
    if (difference !== undefined) differences.push(difference);
  }
  return { files: files.length, differences };
}

/** A run may load a file while it is hashed here: a difference counts if the ledger says afterwards what it said before. */
async function differenceOf(file: LedgerRow, pool: Asked, rules: FileRules): Promise<Difference | undefined> {
  let ledger = file;
  for (;;) {
    const found = await compare(ledger, rules);
    if (found === undefined) return undefined;
    const [now] = await ledgerRows(pool, file.file_id);
    if (now === undefined) return undefined;
    if (readAlike(ledger, now)) {
      const subject = `${file.path} (file ${file.file_id})`;
      return { check: CHECK, subject, expected: found, actual: keptOf(ledger) };
    }
    ledger = now;
  }
}

/** A file as the ledger has it; whole numbers of 64 bits come as text. */
interface LedgerRow {
  readonly file_id: number;
  readonly path: string;
  readonly source: SourceName;
  readonly committed_bytes: string;
  readonly unterminated_bytes: string;
  readonly committed_digest: string;
  readonly unterminated_digest: string | null;
  /** Null: the digests are plain SHA-256, of an earlier version, and the next run keys them. */
  readonly digest_key: string | null;
}

async function ledgerRows(pool: Asked, fileId: number | null): Promise<LedgerRow[]> {
  return (await readFiles.run<LedgerRow>(pool, { file_id: fileId })).rows;
}

function placeOf({ path }: LedgerRow, { dataDir }: FileRules): FilePlace {
  return { path, absolutePath: resolve(dataDir, path), folder: isAbsolute(path) ? undefined : dataDir };
}

/** What is wrong with a file, in a few words; undefined where nothing is. */
async function compare(ledger: LedgerRow, rules: FileRules): Promise<string | undefined> {
  try {
    return await compareBytes(ledger, rules);
  } catch (error) {
    if (error instanceof TillhouseError) return `unreadable: ${String(error.details["reason"])}`;
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return code === "ENOENT" || code === "ENOTDIR" ? "gone" : `unreadable: ${code}`;
  }
}

async function compareBytes(ledger: LedgerRow, rules: FileRules): Promise<string | undefined> {
  const { key, limits } = rules;
  const { committed_bytes: committedBytes, digest_key: digestKey } = ledger;
  const handle = await openDataFile(placeOf(ledger, rules));
  try {
    const text = await openText(handle, ledger, limits);
    const lengths = [Number(committedBytes), lengthRead(ledger)];
    const { sha256, bytes } = await hashPrefixes(text.from(0), lengths);
    const [committed, read] = sha256;
    if (committed === undefined || read === undefined) return `shorter: ${bytes} bytes`;
    if (digestKey !== null && digestKey !== key.id)
      return "not comparable: read under another LEDGER_KEY; set it to the one of then";
    const keptAs = (hash: string): string => (digestKey === null ? hash : key.digestOf(hash));
    if (keptAs(committed) !== ledger.committed_digest)
      return `changed: ${digested(committedBytes, key.digestOf(committed))}`;
    if (ledger.unterminated_digest !== null && keptAs(read) !== ledger.unterminated_digest)
      return `changed after byte ${committedBytes}: ${digested(bytes, key.digestOf(read))}`;
    return undefined;
  } finally {
    await handle.close();
  }
}

/** Bytes of a file's text that were read, those of a last record without its end among them. */
function lengthRead({ committed_bytes: committed, unterminated_bytes: unterminated }: LedgerRow): number {
  return Number(committed) + Number(unterminated);
}

function readAlike(left: LedgerRow, right: LedgerRow): boolean {
  return (
    left.committed_digest === right.committed_digest && left.unterminated_digest === right.unterminated_digest
  );
}

function keptOf(ledger: LedgerRow): string {
  const { committed_bytes: committedBytes, committed_digest, unterminated_digest, digest_key } = ledger;
  // A plain one is not for showing: what is in the file could be tried out against it.
  const shown = (bytes: number | string, digest: string): string =>
    digest_key === null ? `${bytes} bytes` : digested(bytes, digest);
  const kept = shown(committedBytes, committed_digest);
  if (unterminated_digest === null) return kept;
  return `${kept}; with its unterminated end ${shown(lengthRead(ledger), unterminated_digest)}`;
}

const SHOWN_DIGITS = 16;

function digested(bytes: number | string, digest: string): string {
  return `${bytes} bytes, digest ${digest.slice(0, SHOWN_DIGITS)}…`;
}
