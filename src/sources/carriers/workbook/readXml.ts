import { SaxesParser } from "saxes";
import { Unusable } from "../carrier.ts";

/** As they are written, with their prefixes. */
export type XmlAttributes = Readonly<Record<string, string | undefined>>;

/**
 * Takes what is in a part; of some parts the attributes say all. Names of elements are without the root's prefix, if that has one; those of other namespaces
 * keep theirs, so they are no name that is known. Depth is 1 for the root.
 */
export interface XmlSink {
  open(name: string, depth: number, attributes: XmlAttributes): void;
  /** Text with comments in it comes in pieces, that of CDATA sections among them. */
  text?(text: string): void;
  close?(name: string, depth: number): void;
}

/** What is read. */
export interface XmlPart {
  /** In messages. */
  readonly what: string;
  readonly root: string;
  readonly blocks: AsyncIterable<Buffer>;
}

/** A longer tag or text is refused: it has to be in memory. Spreadsheets allow 32,767 characters in a cell. */
const MOST_TOKEN_BYTES = 1 << 20;
/** What workbooks hold is less than twenty deep. */
const MOST_DEPTH = 256;

/**
 * Reads a part, block by block, and gives word after each, so that the sink can be asked what it has.
 *
 * @throws Unusable for what is no well-formed XML in UTF-8 with that root, transitional or strict, or has a document
 *   type definition, so nothing is ever expanded
 */
export async function* readXml(part: XmlPart, sink: XmlSink): AsyncGenerator<undefined> {
  const reader = new XmlReader(part, sink);
  for await (const block of part.blocks) {
    reader.write(block);
    yield;
  }
  reader.end();
}

/** The same, for a sink that is asked at the end. */
export async function readWholeXml(part: XmlPart, sink: XmlSink): Promise<void> {
  for await (const _ of readXml(part, sink));
}

class XmlReader {
  readonly #what: string;
  readonly #root: string;
  readonly #sink: XmlSink;
  readonly #parser = new SaxesParser<{ xmlns: false; position: false }>({ xmlns: false, position: false });
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  #prefix = "";
  #depth = 0;
  /** Bytes since anything was told; comments are not. */
  #untold = 0;

  constructor({ what, root }: XmlPart, sink: XmlSink) {
    this.#what = what;
    this.#root = root;
    this.#sink = sink;
    const told = (): void => {
      this.#untold = 0;
    };
    const text = (piece: string): void => {
      told();
      if (this.#depth > 0) sink.text?.(piece);
    };
    // With an eighth handler V8 keeps the parser's fields in a dictionary, and reading takes five times as long.
    this.#parser.on("text", text);
    this.#parser.on("cdata", text);
    this.#parser.on("opentag", ({ name, attributes }) => {
      told();
      this.#open(name, attributes);
    });
    this.#parser.on("closetag", ({ name }) => {
      told();
      sink.close?.(this.#localName(name), this.#depth);
      this.#depth -= 1;
    });
    this.#parser.on("doctype", () => {
      throw new Unusable("refused", `${what} has a document type definition, which no workbook may have`);
    });
    // Its message would quote the part.
    this.#parser.on("error", () => {
      throw new Unusable("refused", `${what} is no well-formed XML`);
    });
  }

  write(block: Buffer): void {
    this.#untold += block.length;
    this.#parser.write(this.#decoded(block));
    if (this.#untold > MOST_TOKEN_BYTES)
      throw new Unusable("refused", `${this.#what} has a piece of more than ${MOST_TOKEN_BYTES} bytes in it`);
  }

  end(): void {
    this.#parser.write(this.#decoded(undefined)).close();
  }

  #decoded(block: Buffer | undefined): string {
    try {
      return this.#decoder.decode(block, { stream: block !== undefined });
    } catch {
      // Nothing else can be wrong with bytes.
      throw new Unusable("refused", `${this.#what} is not written in UTF-8`);
    }
  }

  #open(name: string, attributes: XmlAttributes): void {
    if (this.#depth === 0) {
      this.#prefix = name.slice(0, name.indexOf(":") + 1);
      if (this.#localName(name) !== this.#root)
        throw new Unusable("refused", `${this.#what} is no <${this.#root}> of a workbook`);
    }
    this.#depth += 1;
    if (this.#depth > MOST_DEPTH)
      throw new Unusable("refused", `${this.#what} has elements more than ${MOST_DEPTH} deep`);
    this.#sink.open(this.#localName(name), this.#depth, attributes);
  }

  #localName(name: string): string {
    return this.#prefix !== "" && name.startsWith(this.#prefix) ? name.slice(this.#prefix.length) : name;
  }
}
