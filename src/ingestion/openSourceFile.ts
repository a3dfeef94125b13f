import { createHash, type Hash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { TillhouseError } from "../lib/errors.ts";
import { identityOf, identityToNote, sameIdentity, type FileIdentity } from "../runs/fileIdentity.ts";
import type { FileLedger, LedgerFile, NotedDialect } from "../runs/fileLedger.ts";
import type { LedgerKey } from "../runs/ledgerKey.ts";
import { CONTRACTS, type Contract } from "../sources/contracts.ts";
import type { ColumnTypes } from "../sources/columnTypes.ts";
import { readDialect, type Dialect } from "../sources/dialect.ts";
import type { DiscoveredFile } from "../sources/discoverFiles.ts";
import { beginningOf, fileText, type Encoding } from "../sources/fileText.ts";
import type { ForeignFormat } from "../sources/foreignFormats.ts";
import { bindColumns, shownNames, type BoundColumns } from "../sources/header.ts";
import type { Prefix } from "../sources/readPrefix.ts";
import { endsInLineEnd } from "../sources/frameText.ts";
import { asInLedger } from "./asInLedger.ts";
import { comparedWithLast, type ChangedColumns } from "./comparedWithLast.ts";

/** A file that is being read, from its checkpoint on. */
export interface ReadableFile {
  readonly ledger: LedgerFile;
  readonly identity: FileIdentity;
  readonly encoding: Encoding;
  readonly dialect: Dialect;
  readonly columns: BoundColumns;
  /** What is new about its columns, where it was opened as a file that is; else null. */
  readonly changed: ChangedColumns | null;
  /** The checkpoint. */
  readonly startByte: number;
  /** Where reading begins: after the checkpoint, and after the header. */
  readonly readFrom: number;
  /** Physical lines before `readFrom`. */
  readonly linesBefore: number;
  /** Of the bytes before `readFrom`. */
  readonly hash: Hash;
  /** Whether all there is has been read, though the file's times have changed, or it ends inside its header. */
  readonly nothingNew: boolean;
  /** Lines after so many were read before, while the file ended in them; null where none were. */
  readonly rereadAfterLine: bigint | null;
}

const LF = 0x0a;
const CR = 0x0d;

/**
 * The identity to note for a file that has been read to its end; not one to trust where the file may have changed
 * meanwhile, or may change and look the same.
 *
 * @param openedAt when the file was opened, before `identity` was taken
 */
export async function trustworthyIdentity(
  handle: FileHandle,
  identity: FileIdentity,
  openedAt: Date,
): Promise<FileIdentity> {
  return identityToNote(identity, identityOf(await handle.stat({ bigint: true })), openedAt);
}

/**
 * Finds where reading a file goes on: nowhere (`unchanged`: the same size, inode and times as when it was loaded, so
 * not a byte is read), after its checkpoint when the bytes before it hash the same, or from the start when they do not.
 *
 * @param snapshotAt what its records are of; null where its mtime has to do
 * @param isBackfill reads it from the start, though it has been read
 * @throws TillhouseError `file_refused` when the header does not fit the contract
 */
export async function openSourceFile(
  handle: FileHandle,
  file: DiscoveredFile,
  contract: Contract,
  ledger: FileLedger,
  now: Date,
  snapshotAt: Date | null,
  isBackfill = false,
): Promise<{ unchanged: LedgerFile } | ReadableFile> {
  const identity = identityOf(await handle.stat({ bigint: true }));
  const known = await ledger.findCurrent(file.source, file.path);
  if (!isBackfill && known?.status === "loaded" && sameIdentity(known, identity)) return { unchanged: known };

  const { encoding, bytes, atEnd, foreign } = await beginningOf(handle);
  const begin = (noted: NotedDialect): Promise<LedgerFile> => {
    const { source, path } = file;
    return ledger.begin({ source, path, identity, dialect: noted, snapshotAt, now });
  };
  const refuse = async (
    why: string,
    { isEmpty = false, changed = null }: { isEmpty?: boolean; changed?: ChangedColumns | null },
  ): Promise<never> => {
    const refusal = foreign === undefined ? `${why}.` : notCsv(contract, foreign);
    const { fileId } = known?.committedBytes === 0n ? known : await begin({ encoding });
    await ledger.fail(fileId, refusal);
    const details = { path: file.path, isEmpty, ...(changed !== null && { changed, fileId }) };
    throw new TillhouseError("file_refused", `${file.path}: ${refusal}`, details);
  };

  const dialect = await readDialect(bytes, atEnd);
  if ("refusal" in dialect) return refuse(dialect.refusal, dialect);
  const compared = () => comparedWithLast(contract, dialect, bytes, ledger);
  const columns = bindColumns(contract, dialect.header);
  if ("refusal" in columns) return refuse(columns.refusal, await compared());

  const opened = { identity, encoding, dialect, columns, changed: null };
  const { headerBytes, headerLines } = dialect;
  const header = bytes.subarray(0, headerBytes);
  const committed = Number(known?.committedBytes ?? 0);
  const { key } = ledger;
  const asRead =
    known === null || committed === 0
      ? null
      : await prefixAsRead(known, onlyWith(header, fileText(handle, encoding, 0)), key);
  if (known !== null && asRead !== null && !isBackfill) {
    const { committedLines, unterminatedBytes } = known;
    return {
      ...opened,
      ledger: known,
      startByte: committed,
      readFrom: committed,
      linesBefore: Number(committedLines) - (asRead.seam === "before a line end" ? 1 : 0),
      hash: asRead.hash,
      nothingNew: asRead.isToItsEnd,
      rereadAfterLine: unterminatedBytes > 0n ? committedLines : null,
    };
  }
  const atItsStart = { ...opened, ...fromItsStart(header, headerLines) };
  if (known !== null && asRead !== null) return { ...atItsStart, ledger: known };
  const { known: types, changed } = await compared();
  const noted = describe(encoding, dialect, types);
  const row =
    known !== null && committed === 0 ? await ledger.noteDialect(known.fileId, noted) : await begin(noted);
  return { ...atItsStart, ledger: row, changed };
}

/**
 * A file of which something was read, opened to read that again, from its start; null where it does not begin with what was
 * read of it.
 *
 * @returns with the file, up to which line it is as it was read
 */
export async function reopenSourceFile(
  handle: FileHandle,
  { source }: DiscoveredFile,
  known: LedgerFile,
  { key }: FileLedger,
): Promise<{ readonly opened: ReadableFile; readonly linesAsRead: number } | null> {
  const identity = identityOf(await handle.stat({ bigint: true }));
  const { encoding, bytes, atEnd } = await beginningOf(handle);
  const dialect = await readDialect(bytes, atEnd);
  if ("refusal" in dialect) return null;
  const columns = bindColumns(CONTRACTS[source], dialect.header);
  if ("refusal" in columns) return null;
  const { headerBytes, headerLines } = dialect;
  const header = bytes.subarray(0, headerBytes);
  const asRead = await prefixAsRead(known, onlyWith(header, fileText(handle, encoding, 0)), key);
  if (asRead === null) return null;
  return {
    opened: {
      ...{ identity, encoding, dialect, columns, changed: null, ledger: known },
      ...fromItsStart(header, headerLines),
    },
    linesAsRead: asRead.isToItsEnd ? Infinity : Number(known.committedLines),
  };
}

/** Where reading begins with the first record. */
function fromItsStart(
  header: Buffer,
  linesBefore: number,
): Omit<ReadableFile, "identity" | "encoding" | "dialect" | "columns" | "changed" | "ledger"> {
  return {
    startByte: 0,
    readFrom: header.length,
    linesBefore,
    hash: createHash("sha256").update(header),
    // A header without its line end may be half a header.
    nothingNew: !endsInLineEnd(header),
    rereadAfterLine: null,
  };
}

interface PrefixAsRead {
  readonly hash: Hash;
  readonly seam: ReturnType<typeof seamOf>;
  /** There is no more of it than was read, unterminated as it ends. */
  readonly isToItsEnd: boolean;
}

/** The text up to a file's checkpoint, where that is between lines and it is what the ledger has; else null. */
async function prefixAsRead(
  known: LedgerFile,
  text: AsyncIterable<Buffer>,
  key: LedgerKey,
): Promise<PrefixAsRead | null> {
  const compared = await asInLedger(known, text, key);
  if (compared.begins !== "as read") return null;
  const { hash, endsAsThen, prefix } = compared;
  const seam = seamOf(prefix);
  if (seam === "inside a line") return null;
  return { hash, seam, isToItsEnd: endsAsThen && known.unterminatedBytes > 0n };
}

/** Of a file whose header cannot be read: what it seems to be says more than what stands where a header should. */
function notCsv({ source }: Contract, { name, remedy }: ForeignFormat): string {
  return `it begins as ${name} does, and a ${source} file is CSV. ${remedy}`;
}

/**
 * A text, or nothing of it where it does not begin with the header: the file was written to since that was read, and
 * its columns may be others.
 */
async function* onlyWith(header: Buffer, text: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let isFirst = true;
  for await (const block of text) {
    if (isFirst && !block.subarray(0, header.length).equals(header)) return;
    isFirst = false;
    yield block;
  }
}

/**
 * What a file holds around its checkpoint. A CR may have been the file's last byte, and its LF come later: that is of
 * the line before. A checkpoint inside a line is behind a last line too long to be kept; now that it has grown, it is
 * another line.
 */
function seamOf({ lastByte, nextByte }: Prefix): "between lines" | "before a line end" | "inside a line" {
  if (lastByte === undefined || nextByte === undefined || lastByte === LF) return "between lines";
  if (lastByte === CR) return nextByte === LF ? "before a line end" : "between lines";
  return nextByte === LF || nextByte === CR ? "before a line end" : "inside a line";
}

/** For the ledger. What stands where a header should be may be a record, so no digit of it is kept. */
function describe(encoding: Encoding, dialect: Dialect, types: ColumnTypes | null): NotedDialect {
  const { delimiter, header } = dialect;
  const written = { delimiter, encoding, columns: shownNames(header) };
  return types === null ? written : { ...written, types: Object.fromEntries(types) };
}
