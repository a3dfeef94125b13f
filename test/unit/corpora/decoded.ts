/**
 * UTF-8 for what a file's bytes say, one code unit after the other; what is no character becomes a byte of no text. So
 * does an LF that is read half a character off, and reading goes on behind it, whole characters again.
 */
export function decoded(bytes: Buffer): Buffer {
  const isLittle = bytes[0] === 0xff && bytes[1] === 0xfe;
  const isBig = bytes[0] === 0xfe && bytes[1] === 0xff;
  if (!isLittle && !isBig) return bytes;
  const unitAt = (at: number): number => {
    const [first = 0, second = 0] = [bytes[at], bytes[at + 1]];
    return at + 1 >= bytes.length ? -1 : isLittle ? first + 256 * second : 256 * first + second;
  };
  const pieces: Buffer[] = [];
  let text = "";
  const noText = (...marks: number[]): void => {
    pieces.push(Buffer.from(text), Buffer.from(marks));
    text = "";
  };
  let at = 0;
  while (at < bytes.length) {
    const unit = unitAt(at);
    const next = unitAt(at + 2);
    if (unit === 0x0a00) {
      noText(0xff, 0x0a);
      at += isLittle ? 3 : 1;
    } else if (unit >= 0xd800 && unit < 0xdc00 && next >= 0xdc00 && next < 0xe000) {
      text += String.fromCharCode(unit, next);
      at += 4;
    } else {
      if (unit === -1 || (unit >= 0xd800 && unit < 0xe000)) noText(0xff);
      else text += String.fromCharCode(unit);
      at += 2;
    }
  }
  return Buffer.concat([...pieces, Buffer.from(text)]);
}
