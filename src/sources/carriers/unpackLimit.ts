import { Unusable } from "./carrier.ts";

/** What an archive may hold however small it is. */
const ALWAYS_BYTES = 64 << 20;

/**
 * What is packed in an archive, as long as that is no more than so many times its own bytes: ten megabytes may hold ten
 * gigabytes of next to nothing.
 *
 * @throws Unusable `refused`
 */
export async function* withinRatio(
  unpacked: AsyncIterable<Buffer>,
  packedBytes: number,
  maxRatio: number,
): AsyncGenerator<Buffer> {
  const most = Math.max(ALWAYS_BYTES, maxRatio * packedBytes);
  let length = 0;
  for await (const block of unpacked) {
    length += block.length;
    if (length > most) throw new Unusable("refused", tooMuch(packedBytes, most));
    yield block;
  }
}

function tooMuch(packedBytes: number, most: number): string {
  const megabytes = Math.floor(most / 1e6);
  return (
    `its ${packedBytes} bytes unpack to more than ${megabytes} MB, which is what MAX_UNPACK_RATIO allows: ` +
    `if it is no decompression bomb, raise that`
  );
}
