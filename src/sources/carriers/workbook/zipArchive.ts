import type { FileHandle } from "node:fs/promises";
import { Readable, pipeline } from "node:stream";
import { crc32, createInflateRaw } from "node:zlib";
import { fromRandomAccessReaderPromise, type Entry, type ZipFile } from "yauzl";
import { HandleReader } from "./handleReader.ts";
import { Unusable, type UnpackLimit } from "../carrier.ts";

/** Bytes of one read of the archive, and of one block that is unpacked: the event loop turns between two. */
const BLOCK_BYTES = 1 << 16;
/** A workbook has a few for each sheet. */
const MOST_PARTS = 10_000;
/** What the list of them says is kept in memory; each may have a name, notes and a comment of 64 KB. */
const MOST_LIST_BYTES = 1 << 24;

const STORED = 0;
const DEFLATED = 8;

/** The parts of an open zip archive. Several may be read side by side. */
export class ZipArchive {
  readonly #handle: FileHandle;
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;
  readonly #count: (bytes: number) => void;
  readonly #countUnpacked: UnpackLimit;

  private constructor(
    handle: FileHandle,
    zip: ZipFile,
    entries: ReadonlyMap<string, Entry>,
    count: (bytes: number) => void,
    countUnpacked: UnpackLimit,
  ) {
    this.#handle = handle;
    this.#count = count;
    this.#countUnpacked = countUnpacked;
    this.#zip = zip;
    this.#entries = entries;
  }

  /**
   * Reads the list of an archive's parts. The file stays the caller's to close.
   *
   * @param count is told how many bytes were read of parts
   * @param countUnpacked how many they unpacked to, all together: parts may share their bytes
   * @throws Unusable where there is none, as in a file that was cut, or where it makes no sense
   */
  static async open(
    handle: FileHandle,
    count: (bytes: number) => void,
    countUnpacked: UnpackLimit,
  ): Promise<ZipArchive> {
    const { size } = await handle.stat();
    const options = { autoClose: false };
    const zip = await orDamaged(fromRandomAccessReaderPromise(new HandleReader(handle), size, options));
    if (zip.entryCount > MOST_PARTS)
      throw new Unusable("refused", `it has ${zip.entryCount} parts, and a workbook at most ${MOST_PARTS}`);
    return new ZipArchive(handle, zip, await orDamaged(entriesOf(zip)), count, countUnpacked);
  }

  has(name: string): boolean {
    return this.#entries.has(keyOf(name));
  }

  /**
   * A part as it was before it was packed, in blocks with memory of their own. They are counted, and their checksum is
   * taken, which only the end can tell: blocks of a damaged part come before it throws.
   *
   * @param what it is in messages, such as "its list of sheets"
   * @throws Unusable where the part is missing or damaged, or there is more in the archive than it may hold
   */
  async *part(name: string, what: string): AsyncGenerator<Buffer> {
    const entry = this.#entries.get(keyOf(name));
    if (entry === undefined) throw damaged(`${what} is not in it`);
    if (entry.isEncrypted()) throw new Unusable("refused", `${what} is encrypted`);
    let length = 0;
    let checksum = 0;
    for await (const block of this.#unpacked(entry, what)) {
      length += block.length;
      this.#countUnpacked(block.length);
      checksum = crc32(block, checksum);
      yield block;
    }
    if (length !== entry.uncompressedSize || checksum !== entry.crc32)
      throw damaged(`${what} is not what was packed, by its length or its checksum`);
  }

  async *#unpacked(entry: Entry, what: string): AsyncGenerator<Buffer> {
    const { compressionMethod: method, compressedSize } = entry;
    if (method !== STORED && method !== DEFLATED)
      throw new Unusable("refused", `${what} is packed by method ${method}, and Office knows 0 and 8 only`);
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
      this.#count(bytesRead);
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
  let length = 0;
  for await (const entry of zip.eachEntry()) {
    const key = keyOf(entry.fileName);
    length += entry.fileNameLength + entry.extraFieldLength + entry.fileCommentLength;
    if (length > MOST_LIST_BYTES)
      throw new Unusable("refused", `its list of parts is longer than ${MOST_LIST_BYTES >> 20} MB`);
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
    if (error instanceof Unusable || (error instanceof Error && "syscall" in error)) throw error;
    throw damaged("its list of parts cannot be read, or says what cannot be");
  }
}

function damaged(how: string): Unusable {
  return new Unusable("damaged", `the workbook is damaged or breaks off: ${how}`);
}

function isOfZlib(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code?.startsWith("Z_") === true;
}
