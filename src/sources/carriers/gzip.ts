import { createGunzip } from "node:zlib";
import { pipeline } from "node:stream";
import { READ_BYTES } from "../fileBytes.ts";
import { Unusable, type BytesFrom, type Packing } from "./carrier.ts";

/** RFC 1952: one archive or several, one behind the other. */
export const gzip: Packing = {
  name: "gzip",
  ending: ".gz",
  isBegunBy: (beginning) => beginning[0] === 0x1f && beginning[1] === 0x8b,
  unpack,
};

async function* unpack(packed: BytesFrom): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: READ_BYTES });
  const read = packed(0);
  // What ends it is told by the stream itself.
  pipeline(copies(read), gunzip, () => undefined);
  try {
    for await (const block of gunzip) yield block as Buffer;
  } catch (error) {
    throw asDamage(error);
  } finally {
    gunzip.destroy();
    // A read that is under way must not outlive whoever closes the file.
    await read.return(undefined);
  }
  await requireEnd(packed(gunzip.bytesWritten));
}

/** Reads share one buffer, and what the stream is given is read in another thread. */
async function* copies(bytes: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const read of bytes) yield Buffer.from(read);
}

/** Node stops at a zero behind an archive, which tapes and disks are filled up with, and says nothing of what follows. */
async function requireEnd(bytes: AsyncIterable<Buffer>): Promise<void> {
  for await (const read of bytes) {
    if (read.some((byte) => byte !== 0))
      throw new Unusable("damaged", "something else follows the gzip archive in it");
  }
}

function asDamage(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "Z_BUF_ERROR") return new Unusable("damaged", "the gzip archive breaks off", error);
  if (code?.startsWith("Z_") !== true) return error;
  return new Unusable("damaged", `the gzip archive is damaged (${message})`, error);
}
