import { cellField } from "./cellField.ts";
import { KeptFields } from "./keptFields.ts";
import { Unusable } from "../carrier.ts";
import { StringItem } from "./stringItem.ts";
import { readXml, type XmlSink } from "./readXml.ts";

/**
 * The strings that the cells of a workbook refer to by number, as the CSV fields that they become. They are read no
 * further than they are asked for, so a sheet's header costs little of them.
 */
export class SharedStrings {
  /** Those that have been read. */
  readonly fields: KeptFields;
  readonly #what: string;
  readonly #blocks: AsyncGenerator<Buffer>;
  readonly #reading: AsyncGenerator<undefined>;
  #isRead = false;

  /** @param mostBytes of memory that they may take */
  constructor(blocks: AsyncGenerator<Buffer>, what: string, mostBytes: number) {
    this.fields = new KeptFields(what, mostBytes);
    this.#what = what;
    this.#blocks = blocks;
    this.#reading = readXml({ what, root: "sst", blocks }, new StringsSink(this.fields));
  }

  /**
   * Reads on up to a string.
   *
   * @throws Unusable where there are not so many
   */
  async readTo(index: number): Promise<void> {
    while (index >= this.fields.count) {
      if (this.#isRead) throw new Unusable("refused", `${this.#what} is shorter than its cells say`);
      this.#isRead = (await this.#reading.next()).done === true;
    }
  }

  /** Unpacks what nobody asked for as well, keeping nothing of it: only then is the part's checksum known. */
  async finish(): Promise<void> {
    while ((await this.#blocks.next()).done !== true);
  }

  /** Lets the part go, read or not. */
  async close(): Promise<void> {
    await this.#reading.return(undefined);
    await this.#blocks.return(undefined);
  }
}

class StringsSink implements XmlSink {
  readonly #fields: KeptFields;
  readonly #item = new StringItem();
  #isInItem = false;
  /** Of the text of the string that is read. */
  #length = 0;

  constructor(fields: KeptFields) {
    this.#fields = fields;
  }

  open(name: string, depth: number): void {
    if (depth === 2 && name === "si") {
      this.#isInItem = true;
      this.#length = 0;
      this.#item.begin(depth);
    } else if (this.#isInItem) this.#item.open(name, depth);
  }

  text(text: string): void {
    this.#length += text.length;
    this.#fields.requireRoom(this.#length);
    this.#item.add(text);
  }

  close(name: string, depth: number): void {
    this.#item.close(name);
    if (depth !== 2 || !this.#isInItem) return;
    this.#isInItem = false;
    this.#fields.add(cellField(this.#item.end()));
  }
}
