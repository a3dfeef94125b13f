/** The beginning of bytes, in memory of its own: `least` of them or a piece more, or all where there are fewer. */
export async function gather(
  bytes: AsyncGenerator<Buffer>,
  least: number,
): Promise<{ readonly bytes: Buffer; readonly isAll: boolean }> {
  const pieces: Buffer[] = [];
  let length = 0;
  while (length < least) {
    const next = await bytes.next();
    if (next.done === true) return { bytes: Buffer.concat(pieces), isAll: true };
    pieces.push(Buffer.from(next.value));
    length += next.value.length;
  }
  return { bytes: Buffer.concat(pieces), isAll: false };
}
