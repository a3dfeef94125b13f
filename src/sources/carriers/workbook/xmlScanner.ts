import { WorkbookRefusal } from "./refusal.ts";
import { isAt, XmlTag } from "./xmlTag.ts";
import { literalText, xmlText } from "./xmlText.ts";

// Each module that looks at every byte has these for itself: an imported constant is read from memory each time.
const LESS = 0x3c;
const GREATER = 0x3e;
const SLASH = 0x2f;
const QUESTION = 0x3f;
const EXCLAMATION = 0x21;
const EQUALS = 0x3d;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const SPACE = 0x20;
const COLON = 0x3a;

/** A longer tag, or text between two, is refused. Spreadsheets allow 32,767 characters in a cell. */
const MOST_TOKEN_BYTES = 1 << 20;
const UTF8_BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const COMMENT = "<!--";
const CDATA = "<![CDATA[";
const NO_BYTES = Buffer.alloc(0);

/** Takes what a scanner finds. Elements are told by their place in its vocabulary, those that are not in it as -1. */
export interface XmlSink {
  /** Whether text that comes now is wanted; it is not even made where not. */
  readonly takesText: boolean;
  /** @param depth 1 for the root */
  open(element: number, depth: number, tag: XmlTag): void;
  /** Of text with CDATA sections or comments in it each piece. */
  text(text: string): void;
  close(element: number, depth: number): void;
}

export interface Vocabulary {
  /** What the part is in messages. */
  readonly what: string;
  /** Local names of elements, of ASCII, the root's first. */
  readonly names: readonly string[];
}

/**
 * Reads the XML of a workbook's part block by block. Of namespaces it knows that of the root: an element is of the
 * vocabulary if it has the root's prefix, or none where the root has none, be it of the transitional or the strict form.
 * Document type definitions are refused, so nothing is expanded. It checks what it has to know: that tags are tags and
 * that known elements are closed in turn. A test holds it to saxes, which reads no more than a tenth as fast.
 */
export class XmlScanner {
  readonly #what: string;
  readonly #names: readonly string[];
  readonly #sink: XmlSink;
  readonly #tag: XmlTag;
  /** The beginning of what is not whole yet. */
  #pending: Buffer = NO_BYTES;
  #hasBegun = false;
  #prefix = "";
  /** The elements that are open. */
  readonly #path: number[] = [];
  #depth = 0;
  #isRootClosed = false;

  constructor({ what, names }: Vocabulary, sink: XmlSink) {
    this.#what = what;
    this.#names = names;
    this.#sink = sink;
    this.#tag = new XmlTag(what);
  }

  /** Blocks keep belonging to the caller, but must stay as they are until the next. */
  write(block: Buffer): void {
    let bytes = this.#pending.length === 0 ? block : Buffer.concat([this.#pending, block]);
    if (!this.#hasBegun) {
      if (bytes.length < UTF8_BOM.length) {
        this.#pending = bytes;
        return;
      }
      this.#hasBegun = true;
      if (bytes.subarray(0, UTF8_BOM.length).equals(UTF8_BOM)) bytes = bytes.subarray(UTF8_BOM.length);
      else if (bytes[0] === 0xfe || bytes[0] === 0xff || bytes[0] === 0 || bytes[1] === 0)
        throw new WorkbookRefusal(`${this.#what} is not written in UTF-8`);
    }
    this.#pending = bytes.subarray(this.#scan(bytes));
    if (this.#pending.length > MOST_TOKEN_BYTES)
      throw new WorkbookRefusal(`${this.#what} has a piece of more than ${MOST_TOKEN_BYTES} bytes in it`);
  }

  /** After the last block. */
  end(): void {
    if (!this.#isRootClosed || this.#pending.length > 0) throw this.#malformed();
  }

  /** Tells all that is whole; gives where the rest begins. */
  #scan(bytes: Buffer): number {
    const { length } = bytes;
    let position = 0;
    for (;;) {
      const start = position;
      while (position < length && bytes[position] !== LESS) position += 1;
      const takesText = this.#depth > 0 && this.#sink.takesText;
      if (this.#depth === 0) this.#expectBlank(bytes, start, position);
      if (position === length) return takesText ? start : length;
      if (position > start && takesText) this.#sink.text(xmlText(bytes, start, position, this.#what));
      const next = this.#markup(bytes, position);
      if (next === -1) return position;
      position = next;
    }
  }

  /** Reads what begins with `<`; gives where it ends, or -1 where that is not there yet. */
  #markup(bytes: Buffer, start: number): number {
    if (start + 1 === bytes.length) return -1;
    switch (bytes[start + 1]) {
      case SLASH:
        return this.#closingTag(bytes, start + 2);
      case QUESTION:
        return behind(bytes, "?>", start + 2);
      case EXCLAMATION:
        return this.#declaration(bytes, start);
      default:
        return this.#openingTag(bytes, start + 1);
    }
  }

  #declaration(bytes: Buffer, start: number): number {
    if (beginsAs(bytes, start, COMMENT)) return behind(bytes, "-->", start + COMMENT.length);
    if (!beginsAs(bytes, start, CDATA))
      throw new WorkbookRefusal(`${this.#what} has a document type definition, which no workbook may have`);
    const next = behind(bytes, "]]>", start + CDATA.length);
    if (this.#depth === 0) throw this.#malformed();
    if (next !== -1 && this.#sink.takesText)
      this.#sink.text(literalText(bytes, start + CDATA.length, next - "]]>".length, this.#what));
    return next;
  }

  #openingTag(bytes: Buffer, nameStart: number): number {
    const nameEnd = endOfName(bytes, nameStart);
    const end = this.#attributes(bytes, nameEnd);
    if (end === -1) return -1;
    if (nameEnd === nameStart || this.#isRootClosed) throw this.#malformed();
    if (this.#depth === 0) this.#prefix = prefixOf(bytes.toString("latin1", nameStart, nameEnd));
    const element = this.#elementAt(bytes, nameStart, nameEnd);
    if (this.#depth === 0 && element !== 0)
      throw new WorkbookRefusal(`${this.#what} is no <${this.#names[0] ?? ""}> of a workbook`);
    this.#path[this.#depth] = element;
    this.#depth += 1;
    this.#sink.open(element, this.#depth, this.#tag);
    if (bytes[end - 2] === SLASH) this.#close(element);
    return end;
  }

  /** Notes a tag's attributes; gives where the tag ends, or -1 where that is not there yet. */
  #attributes(bytes: Buffer, from: number): number {
    const { length } = bytes;
    this.#tag.begin(bytes);
    let position = from;
    for (;;) {
      position = behindBlank(bytes, position);
      if (position >= length) return -1;
      if (bytes[position] === GREATER) return position + 1;
      if (bytes[position] === SLASH) {
        if (position + 1 === length) return -1;
        if (bytes[position + 1] !== GREATER) throw this.#malformed();
        return position + 2;
      }
      const nameStart = position;
      const nameEnd = endOfName(bytes, nameStart);
      position = behindBlank(bytes, nameEnd);
      if (position >= length) return -1;
      if (nameEnd === nameStart || bytes[position] !== EQUALS) throw this.#malformed();
      position = behindBlank(bytes, position + 1);
      if (position >= length) return -1;
      const quote = bytes[position] ?? 0;
      if (quote !== QUOTE && quote !== APOSTROPHE) throw this.#malformed();
      const valueStart = position + 1;
      for (position = valueStart; position < length && bytes[position] !== quote;) position += 1;
      if (position >= length) return -1;
      this.#tag.add(nameStart, nameEnd, valueStart, position);
      position += 1;
    }
  }

  #closingTag(bytes: Buffer, nameStart: number): number {
    const nameEnd = endOfName(bytes, nameStart);
    const end = behindBlank(bytes, nameEnd);
    if (end >= bytes.length) return -1;
    const element = this.#elementAt(bytes, nameStart, nameEnd);
    if (bytes[end] !== GREATER || this.#depth === 0 || this.#path[this.#depth - 1] !== element)
      throw this.#malformed();
    this.#close(element);
    return end + 1;
  }

  #close(element: number): void {
    this.#sink.close(element, this.#depth);
    this.#depth -= 1;
    this.#isRootClosed = this.#depth === 0;
  }

  #elementAt(bytes: Buffer, start: number, end: number): number {
    const prefix = this.#prefix;
    const length = end - start - prefix.length;
    if (length <= 0 || !isAt(bytes, start, prefix)) return -1;
    for (let element = 0; element < this.#names.length; element += 1) {
      const name = this.#names[element] ?? "";
      if (name.length === length && isAt(bytes, start + prefix.length, name)) return element;
    }
    return -1;
  }

  #expectBlank(bytes: Buffer, start: number, end: number): void {
    if (behindBlank(bytes, start) < end) throw this.#malformed();
  }

  #malformed(): WorkbookRefusal {
    return new WorkbookRefusal(`${this.#what} is no well-formed XML`);
  }
}

/** Reads a part to its end. */
export async function scanPart(
  part: AsyncIterable<Buffer>,
  vocabulary: Vocabulary,
  sink: XmlSink,
): Promise<void> {
  const scanner = new XmlScanner(vocabulary, sink);
  for await (const block of part) scanner.write(block);
  scanner.end();
}

function isBlank(byte: number): boolean {
  return byte === SPACE || (byte >= 0x09 && byte <= 0x0d);
}

function behindBlank(bytes: Buffer, from: number): number {
  let position = from;
  while (position < bytes.length && isBlank(bytes[position] ?? 0)) position += 1;
  return position;
}

/** Behind a name: the next byte that can be in none. */
function endOfName(bytes: Buffer, from: number): number {
  let position = from;
  while (position < bytes.length) {
    const byte = bytes[position] ?? 0;
    if (byte === GREATER || byte === SLASH || byte === EQUALS || byte === LESS || isBlank(byte)) break;
    position += 1;
  }
  return position;
}

/** With its colon; empty where a name has none. */
function prefixOf(name: string): string {
  return name.slice(0, name.indexOf(String.fromCharCode(COLON)) + 1);
}

/** Behind the next such text, of ASCII; -1 where there is none. */
function behind(bytes: Buffer, text: string, from: number): number {
  const found = bytes.indexOf(text, from, "latin1");
  return found === -1 ? -1 : found + text.length;
}

/** Whether such a text begins at a place, as far as it is there. */
function beginsAs(bytes: Buffer, start: number, text: string): boolean {
  return bytes.toString("latin1", start, start + text.length) === text.slice(0, bytes.length - start);
}
