/** The same blocks; `count` is told of the bytes of each before it is given, and ends them if it throws. */
export async function* counted(
  blocks: AsyncIterable<Buffer>,
  count: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  for await (const block of blocks) {
    count(block.length);
    yield block;
  }
}
