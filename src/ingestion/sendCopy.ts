import { pipeline } from "node:stream/promises";
import { Readable } from "node:stream";
import type { ClientBase } from "pg";
import { from as copyFrom } from "pg-copy-streams";

/**
 * Sends blocks to `COPY … FROM STDIN`, in the caller's transaction; without a block, nothing.
 *
 * @returns rows that the server took
 */
export async function sendCopy(
  client: ClientBase,
  statement: string,
  blocks: Iterable<Buffer>,
): Promise<number> {
  const iterator = blocks[Symbol.iterator]();
  const first = iterator.next();
  if (first.done === true) return 0;
  const stream = client.query(copyFrom(statement));
  await pipeline(Readable.from(startingWith(first.value, iterator)), stream);
  return stream.rowCount;
}

function* startingWith(first: Buffer, rest: Iterator<Buffer>): Generator<Buffer> {
  yield first;
  for (let next = rest.next(); next.done !== true; next = rest.next()) yield next.value;
}
