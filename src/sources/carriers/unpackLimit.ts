import { Unusable, type UnpackLimit } from "./carrier.ts";

/** What an archive may hold however small it is. */
const ALWAYS_BYTES = 64 << 20;

/** Counts what is packed in an archive up to so many times its own bytes: ten megabytes may hold ten gigabytes of next to nothing. */
export function unpackLimit(packedBytes: number, maxRatio: number): UnpackLimit {
  const most = Math.max(ALWAYS_BYTES, maxRatio * packedBytes);
  let length = 0;
  return (bytes) => {
    length += bytes;
    if (length > most) throw new Unusable("refused", tooMuch(packedBytes, most));
  };
}

function tooMuch(packedBytes: number, most: number): string {
  const megabytes = Math.floor(most / 1e6);
  return (
    `its ${packedBytes} bytes unpack to more than ${megabytes} MB, which is what MAX_UNPACK_RATIO allows: ` +
    `if it is no decompression bomb, raise that`
  );
}
