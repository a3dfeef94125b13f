import { digestOf, digestOfUuid } from "./cards.ts";
import { parseSku, parseText } from "./fields.ts";
import { maskCards } from "./maskCards.ts";
import { FIELD_SEPARATOR } from "./parsing.ts";

/** A (SKU, name, category) that sales are recorded under. */
export interface Label {
  /** Its place in the registry that made it. */
  readonly index: number;
  readonly productSku: string;
  readonly productName: string;
  readonly categoryName: string;
  /** Of SKU, name and category, as a uuid. */
  readonly digest: string;
  /** The same as its sixteen bytes, as Latin-1 characters. */
  readonly digestCharacters: string;
  /** What the digest is over, behind a field separator: the end of what a record's digest is over. */
  readonly digestText: string;
  readonly digestBytes: Buffer;
}

/**
 * The labels met so far. Most sales are recorded under a label that many others have as well, so each is checked and
 * hashed once.
 */
export class LabelRegistry {
  readonly labels: Label[] = [];
  readonly #byDigestText = new Map<string, Label>();
  readonly #plainByBytes = new Map<string, Label | null>();

  /** The label of three texts that have been checked and masked. */
  labelOf(productSku: string, productName: string, categoryName: string): Label {
    const digestText = `${FIELD_SEPARATOR}${labelText(productSku, productName, categoryName)}`;
    let label = this.#byDigestText.get(digestText);
    if (label === undefined) {
      const digest = digestOf(digestText.slice(FIELD_SEPARATOR.length));
      label = {
        index: this.labels.length,
        productSku,
        productName,
        categoryName,
        digest,
        digestCharacters: digestOfUuid(digest),
        digestText,
        digestBytes: Buffer.from(digestText, "utf8"),
      };
      this.labels.push(label);
      this.#byDigestText.set(digestText, label);
    }
    return label;
  }

  /**
   * The label of fields as they stand in a file; null when one of them needs more than trimming to be read.
   *
   * @param key tells the three fields' bytes apart from those of any other label
   * @param read gives the fields' texts; asked only for a label that was not met before
   */
  plainLabel(key: string, read: () => { sku: string; name: string; category: string }): Label | null {
    const known = this.#plainByBytes.get(key);
    if (known !== undefined) return known;
    const label = this.#readPlain(read());
    this.#plainByBytes.set(key, label);
    return label;
  }

  #readPlain(texts: { sku: string; name: string; category: string }): Label | null {
    const sku = parseSku(texts.sku);
    const name = parseText(texts.name);
    const category = parseText(texts.category);
    if ("reason" in sku || "reason" in name || "reason" in category) return null;
    // A masked text is worth a warning for each record.
    if (maskCards(name.value) !== name.value || maskCards(category.value) !== category.value) return null;
    return this.labelOf(sku.value, name.value, category.value);
  }

  /** Forgets all labels; their indexes are given anew. */
  clear(): void {
    this.labels.length = 0;
    this.#byDigestText.clear();
    this.#plainByBytes.clear();
  }

  /** How much is kept: labels, and the ways in which they were written. */
  get size(): number {
    return Math.max(this.labels.length, this.#plainByBytes.size);
  }
}

/** What the digest of a label is over. */
function labelText(productSku: string, productName: string, categoryName: string): string {
  return [productSku.length, productSku, productName.length, productName, categoryName].join(FIELD_SEPARATOR);
}
