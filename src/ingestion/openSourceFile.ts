import { createHash, type Hash } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import type { PrismaClient, SourceFile } from "../database/generated/client.ts";
import { TillhouseError } from "../lib/errors.ts";
import {
  beginFile,
  failFile,
  findCurrentFile,
  identityOf,
  noteDialect,
  sameIdentity,
  type FileIdentity,
} from "../runs/fileLedger.ts";
import { shapeOf } from "../sources/cards.ts";
import type { Contract } from "../sources/contracts.ts";
import { readDialect, type Dialect } from "../sources/dialect.ts";
import type { DiscoveredFile } from "../sources/discoverFiles.ts";
import { beginningOf, fileBytes } from "../sources/fileBytes.ts";
import { bindColumns, type BoundColumns } from "../sources/header.ts";
import { hashPrefix } from "./prepareChunks.ts";

/** A file that is being read, from its checkpoint on. */
export interface ReadableFile {
  readonly ledger: SourceFile;
  readonly identity: FileIdentity;
  readonly dialect: Dialect;
  readonly columns: BoundColumns;
  /** The checkpoint. */
  readonly startByte: number;
  /** Where reading begins: after the checkpoint, and after the header. */
  readonly readFrom: number;
  /** Physical lines before `readFrom`. */
  readonly linesBefore: number;
  /** Of the bytes before `readFrom`. */
  readonly hash: Hash;
}

const LF = 0x0a;
const CR = 0x0d;

/** A file this recently changed may change again within the clock's grain, and look the same. */
const SAME_CLOCK_TICK_NS = 2_000_000_000n;

/**
 * What a file's identity is worth in the ledger: one taken within two seconds of the last change is not worth
 * trusting, so it is noted in a form that no file has, and the file is hashed the next time.
 */
export function trustworthyIdentity(identity: FileIdentity, now: Date): FileIdentity {
  const age = BigInt(now.getTime()) * 1_000_000n - identity.mtimeNs;
  return age > SAME_CLOCK_TICK_NS ? identity : { ...identity, inode: 0n };
}

/**
 * Finds where reading a file goes on: nowhere (`unchanged`: the same size, inode and times as when it was loaded, so
 * not a byte is read), after its checkpoint when the bytes before it hash the same, or from the start when they do not.
 *
 * @throws TillhouseError `file_refused` when the header does not fit the contract
 */
export async function openSourceFile(
  handle: FileHandle,
  file: DiscoveredFile,
  contract: Contract,
  prisma: PrismaClient,
  now: Date,
): Promise<{ unchanged: SourceFile } | ReadableFile> {
  const identity = identityOf(await handle.stat({ bigint: true }));
  const known = await findCurrentFile(prisma, file.source, file.path);
  if (known?.status === "loaded" && sameIdentity(known, identity)) return { unchanged: known };

  const begin = (dialect?: Dialect): Promise<SourceFile> =>
    beginFile(prisma, { source: file.source, path: file.path, identity, dialect: describe(dialect), now });
  const refuse = async (refusal: string): Promise<never> => {
    const { fileId } = known?.committedBytes === 0n ? known : await begin();
    await failFile(prisma, fileId, refusal);
    throw new TillhouseError("file_refused", `${file.path}: ${refusal}.`, { path: file.path });
  };

  const { bytes, atEnd } = await beginningOf(handle);
  const dialect = await readDialect(bytes, atEnd);
  if ("refusal" in dialect) return refuse(dialect.refusal);
  const columns = bindColumns(contract, dialect.header);
  if ("refusal" in columns) return refuse(columns.refusal);

  const committed = Number(known?.committedBytes ?? 0);
  if (known !== null && committed > 0) {
    const hash = await hashPrefix(fileBytes(handle, 0), committed);
    const seam = await seamAt(handle, committed);
    // A last line that has grown is no new line: it was caught half written, so what was read of it was not the record.
    if (hash?.copy().digest("hex") === known.committedSha256 && seam !== "inside a line") {
      const linesBefore = Number(known.committedLines) - (seam === "before a line end" ? 1 : 0);
      return {
        ledger: known,
        identity,
        dialect,
        columns,
        startByte: committed,
        readFrom: committed,
        linesBefore,
        hash,
      };
    }
  }
  const { headerBytes: readFrom, headerLines: linesBefore } = dialect;
  const hash = createHash("sha256").update(bytes.subarray(0, readFrom));
  const ledger =
    known !== null && committed === 0
      ? await noteDialect(prisma, known.fileId, describe(dialect))
      : await begin(dialect);
  return { ledger, identity, dialect, columns, startByte: 0, readFrom, linesBefore, hash };
}

/**
 * What a file holds around the end of its committed part. A file may have ended without a line end: more of it then
 * begins with that line end, which is of the line before.
 */
async function seamAt(
  handle: FileHandle,
  position: number,
): Promise<"between lines" | "before a line end" | "inside a line"> {
  const around = Buffer.alloc(2);
  const { bytesRead } = await handle.read(around, 0, 2, position - 1);
  const [before, after] = around;
  if (bytesRead < 2 || before === LF) return "between lines";
  if (before === CR) return after === LF ? "before a line end" : "between lines";
  return after === LF || after === CR ? "before a line end" : "inside a line";
}

/** For the ledger. What stands where a header should be may be a record, so no digit of it is kept. */
function describe(dialect: Dialect | undefined): Record<string, string | string[]> {
  return dialect === undefined
    ? {}
    : { delimiter: dialect.delimiter, encoding: "utf-8", columns: dialect.header.map(shapeOf) };
}
