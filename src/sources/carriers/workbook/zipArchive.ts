import type { FileHandle } from "node:fs/promises";
import { Readable, pipeline } from "node:stream";
import { crc32, createInflateRaw } from "node:zlib";
import { fromRandomAccessReaderPromise, type Entry, type ZipFile } from "yauzl";
import { HandleReader } from "./handleReader.ts";
import { WorkbookRefusal } from "./refusal.ts";

/** What one part of an archive is in messages, and how many bytes it may unpack to. */
export interface PartRule {
  /** Such as "its list of sheets". */
  readonly what: string;
  readonly mostBytes: number;
}

/** Bytes of one read of the archive, and of one block that is unpacked: the event loop turns between two. */
const BLOCK_BYTES = 1 << 16;
/** A workbook has a few for each sheet. */
const MOST_PARTS = 10_000;

const STORED = 0;
const DEFLATED = 8;

/** The parts of an open zip archive. Several may be read side by side. */
export class ZipArchive {
  readonly #handle: FileHandle;
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(handle: FileHandle, zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#handle = handle;
    this.#zip = zip;
    this.#entries = entries;
  }

  /**
   * Reads the list of an archive's parts. The file stays the caller's to close.
   *
   * @throws WorkbookRefusal where there is none, as in a file that was cut, or where it makes no sense
   */
  static async open(handle: FileHandle): Promise<ZipArchive> {
    const { size } = await handle.stat();
    const options = { autoClose: false };
    const zip = await orDamaged(fromRandomAccessReaderPromise(new HandleReader(handle), size, options));
    if (zip.entryCount > MOST_PARTS)
      throw new WorkbookRefusal(`it has ${zip.entryCount} parts, and a workbook at most ${MOST_PARTS}`);
    return new ZipArchive(handle, zip, await orDamaged(entriesOf(zip)));
  }

  has(name: string): boolean {
    return this.#entries.has(keyOf(name));
  }

  /**
   * A part as it was before it was packed, in blocks with memory of their own. They are counted, and their checksum is
   * taken, which only the end can tell: blocks of a damaged part come before it throws.
   *
   * @throws WorkbookRefusal where the part is missing, damaged, or larger than the rule allows
   */
  async *part(name: string, { what, mostBytes }: PartRule): AsyncGenerator<Buffer> {
    const entry = this.#entries.get(keyOf(name));
    if (entry === undefined) throw damaged(`${what} is not in it`);
    if (entry.isEncrypted()) throw new WorkbookRefusal(`${what} is encrypted`);
    let length = 0;
    let checksum = 0;
    for await (const block of this.#unpacked(entry, what)) {
      length += block.length;
      if (length > mostBytes) throw new WorkbookRefusal(`${what} unpacks to more than ${mostBytes} bytes`);
      checksum = crc32(block, checksum);
      yield block;
    }
    if (length !== entry.uncompressedSize || checksum !== entry.crc32)
      throw damaged(`${what} is not what was packed, by its length or its checksum`);
  }

  async *#unpacked(entry: Entry, what: string): AsyncGenerator<Buffer> {
    const { compressionMethod: method, compressedSize } = entry;
    if (method !== STORED && method !== DEFLATED)
      throw new WorkbookRefusal(`${what} is packed by method ${method}, and Office knows 0 and 8 only`);
    const { fileDataStart } = await orDamaged(this.#zip.readLocalFileHeaderPromise(entry, { minimal: true }));
    const packed = this.#bytes(fileDataStart, fileDataStart + compressedSize, what);
    if (method === STORED) {
      yield* packed;
      return;
    }
    const inflate = createInflateRaw({ chunkSize: BLOCK_BYTES });
    // Whatever ends it early ends the loop below with the same error.
    pipeline(Readable.from(packed), inflate, () => undefined);
    try {
      yield* inflate as AsyncIterable<Buffer>;
    } catch (error) {
      if (isOfZlib(error)) throw damaged(`${what} cannot be unpacked`);
      throw error;
    }
  }

  async *#bytes(start: number, end: number, what: string): AsyncGenerator<Buffer> {
    for (let position = start; position < end;) {
      const block = Buffer.allocUnsafeSlow(Math.min(BLOCK_BYTES, end - position));
      const { bytesRead } = await this.#handle.read(block, 0, block.length, position);
      if (bytesRead === 0) throw damaged(`it ends inside ${what}`);
      position += bytesRead;
      yield block.subarray(0, bytesRead);
    }
  }
}

/** Names differ in more than case (ECMA-376 part 2, 6.2.2). */
function keyOf(name: string): string {
  return name.toLowerCase();
}

async function entriesOf(zip: ZipFile): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  for await (const entry of zip.eachEntry()) {
    const key = keyOf(entry.fileName);
    if (entries.has(key)) throw damaged("two of its parts have one name");
    entries.set(key, entry);
  }
  return entries;
}

/** What yauzl says of an archive that makes no sense quotes the archive; what the file system says is another thing. */
async function orDamaged<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof WorkbookRefusal || (error instanceof Error && "syscall" in error)) throw error;
    throw damaged("its list of parts cannot be read, or says what cannot be");
  }
}

function damaged(how: string): WorkbookRefusal {
  return new WorkbookRefusal(`the workbook is damaged or was cut: ${how}`);
}

function isOfZlib(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code?.startsWith("Z_") === true;
}
