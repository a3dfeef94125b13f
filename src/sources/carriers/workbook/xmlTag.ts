import { xmlText } from "./xmlText.ts";

const ZERO = 0x30;
const NINE = 0x39;

/** The attributes of the tag that an `XmlScanner` stands at. They are looked up where they stand, and gone with the tag. */
export class XmlTag {
  #bytes: Buffer = Buffer.alloc(0);
  /** Of each attribute where its name begins and ends, and its value. */
  readonly #bounds: number[] = [];
  #count = 0;
  readonly #what: string;

  constructor(what: string) {
    this.#what = what;
  }

  begin(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#count = 0;
  }

  add(nameStart: number, nameEnd: number, valueStart: number, valueEnd: number): void {
    const at = 4 * this.#count;
    this.#bounds[at] = nameStart;
    this.#bounds[at + 1] = nameEnd;
    this.#bounds[at + 2] = valueStart;
    this.#bounds[at + 3] = valueEnd;
    this.#count += 1;
  }

  /** The value of an attribute without a prefix. */
  text(name: string): string | undefined {
    const at = this.#find(name);
    return at === -1 ? undefined : this.#textAt(at);
  }

  /** The value of an attribute with a prefix, whichever that is. */
  prefixedText(name: string): string | undefined {
    for (let at = 0; at < 4 * this.#count; at += 4) {
      const written = this.#bytes.toString("latin1", this.#bounds[at], this.#bounds[at + 1]);
      if (written.endsWith(`:${name}`)) return this.#textAt(at);
    }
    return undefined;
  }

  /** An attribute of at most nine digits; -1 where it is absent, and not a number where it is anything else. */
  wholeNumber(name: string): number {
    const at = this.#find(name);
    if (at === -1) return -1;
    const start = this.#bounds[at + 2] ?? 0;
    const end = this.#bounds[at + 3] ?? 0;
    if (end === start || end - start > 9) return Number.NaN;
    let number = 0;
    for (let position = start; position < end; position += 1) {
      const byte = this.#bytes[position] ?? 0;
      if (byte < ZERO || byte > NINE) return Number.NaN;
      number = 10 * number + byte - ZERO;
    }
    return number;
  }

  /** Of a reference such as `AB12` the column, from 1: 28. -1 where it is absent, and not a number where it begins with no letter. */
  column(name: string): number {
    const at = this.#find(name);
    if (at === -1) return -1;
    const end = this.#bounds[at + 3] ?? 0;
    let column = 0;
    for (let position = this.#bounds[at + 2] ?? 0; position < end; position += 1) {
      // Small letters are as good.
      const letter = ((this.#bytes[position] ?? 0) & ~0x20) - 0x40;
      if (letter < 1 || letter > 26) break;
      column = 26 * column + letter;
    }
    return column === 0 ? Number.NaN : column;
  }

  #find(name: string): number {
    for (let at = 0; at < 4 * this.#count; at += 4) {
      const start = this.#bounds[at] ?? 0;
      const end = this.#bounds[at + 1] ?? 0;
      if (end - start === name.length && isAt(this.#bytes, start, name)) return at;
    }
    return -1;
  }

  #textAt(at: number): string {
    return xmlText(this.#bytes, this.#bounds[at + 2] ?? 0, this.#bounds[at + 3] ?? 0, this.#what);
  }
}

/** Whether a name, of ASCII, stands at a place. */
export function isAt(bytes: Buffer, position: number, name: string): boolean {
  for (let index = 0; index < name.length; index += 1)
    if (bytes[position + index] !== name.charCodeAt(index)) return false;
  return true;
}
