import { csvField } from "./csvField.ts";
import { KeptFields } from "./keptFields.ts";
import { WorkbookRefusal } from "./refusal.ts";
import { StringItem } from "./stringItem.ts";
import { XmlScanner, type XmlSink } from "./xmlScanner.ts";

const NAMES = ["sst", "t", "r", "si"];
const T = NAMES.indexOf("t");
const R = NAMES.indexOf("r");
const SI = NAMES.indexOf("si");

/**
 * The strings that the cells of a workbook refer to by number, as the CSV fields that they become. They are read no
 * further than they are asked for, so a sheet's header costs little of them.
 */
export class SharedStrings {
  /** Those that have been read. */
  readonly fields: KeptFields;
  readonly #part: AsyncGenerator<Buffer> | undefined;
  readonly #what: string;
  readonly #scanner: XmlScanner;
  #isRead: boolean;

  /**
   * @param part undefined where the workbook has none
   * @param mostBytes of memory that they may take
   */
  constructor(part: AsyncGenerator<Buffer> | undefined, what: string, mostBytes: number) {
    this.fields = new KeptFields(what, mostBytes);
    this.#part = part;
    this.#isRead = part === undefined;
    this.#what = what;
    this.#scanner = new XmlScanner({ what, names: NAMES }, new StringsSink(this.fields));
  }

  /**
   * Reads on up to a string.
   *
   * @throws WorkbookRefusal where there are not so many
   */
  async readTo(index: number): Promise<void> {
    while (index >= this.fields.count) {
      if (this.#part === undefined || this.#isRead)
        throw new WorkbookRefusal(`${this.#what} are fewer than its cells refer to`);
      const block = await this.#part.next();
      this.#isRead = block.done === true;
      if (block.done === true) this.#scanner.end();
      else this.#scanner.write(block.value);
    }
  }

  /** Unpacks what nobody asked for as well, keeping nothing of it: only then is the part's checksum known. */
  async finish(): Promise<void> {
    while (this.#part !== undefined && (await this.#part.next()).done !== true);
  }

  /** Lets the part go, read or not. */
  async close(): Promise<void> {
    await this.#part?.return(undefined);
  }
}

class StringsSink implements XmlSink {
  readonly #fields: KeptFields;
  readonly #item = new StringItem({ t: T, r: R });
  #isInItem = false;

  constructor(fields: KeptFields) {
    this.#fields = fields;
  }

  get takesText(): boolean {
    return this.#item.takesText;
  }

  open(element: number, depth: number): void {
    if (depth === 2 && element === SI) {
      this.#isInItem = true;
      this.#item.begin(depth);
    } else if (this.#isInItem) this.#item.open(element, depth);
  }

  text(text: string): void {
    this.#item.add(text);
  }

  close(element: number, depth: number): void {
    this.#item.close(element);
    if (depth !== 2 || !this.#isInItem) return;
    this.#isInItem = false;
    this.#fields.add(Buffer.from(csvField(this.#item.end())));
  }
}
