import { createHash, type Hash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { TillhouseError } from "../lib/errors.ts";
import { identityOf, identityToNote, sameIdentity, type FileIdentity } from "../runs/fileIdentity.ts";
import type { FileLedger, LedgerFile, NotedDialect } from "../runs/fileLedger.ts";
import type { LedgerKey } from "../runs/ledgerKey.ts";
import { CONTRACTS, type Contract } from "../sources/contracts.ts";
import type { ColumnTypes } from "../sources/columnTypes.ts";
import { readDialect, type Dialect } from "../sources/dialect.ts";
import { openText, type FileText, type TextLimits, type WrittenAs } from "../sources/carriers/openText.ts";
import type { DiscoveredFile } from "../sources/discoverFiles.ts";
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
  readonly text: FileText;
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

/** What a file is opened by, besides the ledger. */
export interface Opening {
  readonly now: Date;
  /** What its records are of; null where its mtime has to do. */
  readonly snapshotAt: Date | null;
  /** Reads it from the start, though it has been read. */
  readonly isBackfill: boolean;
  readonly limits: TextLimits;
  readonly signal: AbortSignal;
}

/**
 * Finds where reading a file goes on: nowhere (`unchanged`: the same size, inode and times as when it was loaded, so
 * not a byte is read), after its checkpoint when the bytes before it hash the same, or from the start when they do not.
 *
 * @throws TillhouseError `file_refused` when the header does not fit the contract, or an archive holds too much;
 *   `file_unreadable` for an archive that is not whole
 */
export async function openSourceFile(
  handle: FileHandle,
  file: DiscoveredFile,
  contract: Contract,
  ledger: FileLedger,
  { now, snapshotAt, isBackfill, limits, signal }: Opening,
): Promise<{ unchanged: LedgerFile } | ReadableFile> {
  const identity = identityOf(await handle.stat({ bigint: true }));
  const known = await ledger.findCurrent(file.source, file.path);
  if (!isBackfill && known?.status === "loaded" && sameIdentity(known, identity)) return { unchanged: known };

  const begin = (dialect: NotedDialect): Promise<LedgerFile> => {
    const { source, path } = file;
    return ledger.begin({ source, path, identity, dialect, snapshotAt, now });
  };
  // What was committed of it stands: a whole archive may come, and goes on from there.
  const failing = async (error: unknown): Promise<never> => {
    if (error instanceof TillhouseError)
      await ledger.fail((known ?? (await begin({}))).fileId, error.message);
    throw error;
  };
  const text = await openText(handle, file, limits).catch(failing);
  const refuse = async (
    why: string,
    { isEmpty = false, changed = null }: { isEmpty?: boolean; changed?: ChangedColumns | null },
  ): Promise<never> => {
    const refusal = text.foreign === undefined ? `${why}.` : notCsv(contract, text.writtenAs, text.foreign);
    const { fileId } = known?.committedBytes === 0n ? known : await begin({ ...text.writtenAs });
    await ledger.fail(fileId, refusal);
    const details = { path: file.path, isEmpty, ...(changed !== null && { changed, fileId }) };
    throw new TillhouseError("file_refused", `${file.path}: ${refusal}`, details);
  };

  const dialect = await readDialect(text.beginning, text.atEnd);
  if ("refusal" in dialect) return refuse(dialect.refusal, dialect);
  const compared = () => comparedWithLast(contract, dialect, text.beginning, ledger);
  const columns = bindColumns(contract, dialect.header);
  if ("refusal" in columns) return refuse(columns.refusal, await compared());
  await text.checkArchive(signal).catch(failing);

  const opened = { identity, text, dialect, columns, changed: null };
  const header = text.beginning.subarray(0, dialect.headerBytes);
  const committed = Number(known?.committedBytes ?? 0);
  const { key } = ledger;
  const asRead =
    known === null || committed === 0
      ? null
      : await prefixAsRead(known, onlyWith(header, text.from(0)), key).catch(failing);
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
  const atItsStart = { ...opened, ...fromItsStart(opened, header) };
  if (known !== null && asRead !== null) return { ...atItsStart, ledger: known };
  const { known: types, changed } = await compared();
  const noted = describe(text.writtenAs, dialect, types);
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
  file: DiscoveredFile,
  known: LedgerFile,
  { key }: FileLedger,
  limits: TextLimits,
): Promise<{ readonly opened: ReadableFile; readonly linesAsRead: number } | null> {
  const identity = identityOf(await handle.stat({ bigint: true }));
  const text = await openText(handle, file, limits);
  const dialect = await readDialect(text.beginning, text.atEnd);
  if ("refusal" in dialect) return null;
  const columns = bindColumns(CONTRACTS[file.source], dialect.header);
  if ("refusal" in columns) return null;
  const header = text.beginning.subarray(0, dialect.headerBytes);
  const asRead = await prefixAsRead(known, onlyWith(header, text.from(0)), key);
  if (asRead === null) return null;
  const opened = { identity, text, dialect, columns };
  return {
    opened: { ...opened, changed: null, ledger: known, ...fromItsStart(opened, header) },
    linesAsRead: asRead.isToItsEnd ? Infinity : Number(known.committedLines),
  };
}

/** Where reading begins with the first record. */
function fromItsStart(
  { text, dialect }: Pick<ReadableFile, "text" | "dialect">,
  header: Buffer,
): Omit<ReadableFile, "identity" | "text" | "dialect" | "columns" | "changed" | "ledger"> {
  return {
    startByte: 0,
    readFrom: header.length,
    linesBefore: text.hasMadeHeader ? 0 : dialect.headerLines,
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
function notCsv({ source }: Contract, { packing }: WrittenAs, { name, remedy }: ForeignFormat): string {
  const what = packing === undefined ? "it" : `what is in the ${packing} archive`;
  return `${what} begins as ${name} does, and a ${source} file is CSV, NDJSON or a workbook. ${remedy}`;
}

/**
 * A text, or less than the header of it where it does not begin with that: the file was written to since it was read, and
 * its columns may be others.
 */
async function* onlyWith(header: Buffer, text: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let compared = 0;
  for await (const block of text) {
    const expected = header.subarray(compared, compared + block.length);
    if (!block.subarray(0, expected.length).equals(expected)) return;
    compared += expected.length;
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
function describe(writtenAs: WrittenAs, dialect: Dialect, types: ColumnTypes | null): NotedDialect {
  const { delimiter, header } = dialect;
  const written = { delimiter, ...writtenAs, columns: shownNames(header) };
  return types === null ? written : { ...written, types: Object.fromEntries(types) };
}
