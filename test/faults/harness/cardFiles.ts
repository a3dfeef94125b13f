import { CONTRACTS, SOURCES, type SourceName } from "../../../src/sources/contracts.ts";
import { markedCvv, numberedCard } from "../../fixtures/cardSearch.ts";
import {
  deviceRecords,
  DEVICES_HEADER,
  storeRecords,
  STORES_HEADER,
  transactionRecords,
  TRANSACTIONS_HEADER,
  type TransactionFields,
} from "../../fixtures/sourceText.ts";
import { ANY_FORMAT } from "../../fixtures/cardFormats.ts";

/** Beginning with a zero, so that no count, line or duration is like them. */
export const PLAIN_CVVS = ["0739", "091"] as const;
/** Above what a CVV would be, read as an id. */
const FIRST_ID = 10_000;

const mixed = (digits: string): string =>
  digits.replace(
    /(\d{4})(?=\d)/g,
    (group, _digits, at: number) => group + ([" ", "-", "\u00a0\u200b"][at % 3] ?? ""),
  );
const FORMATS = [...Object.values(ANY_FORMAT), mixed];

/** Longer records are rejected, by setting. */
export const MOST_RECORD_BYTES = 20_000;

/** What happens to lines: each makes one that is no record, or another one. */
const DAMAGES: readonly ((line: string) => string | Buffer)[] = [
  (line) => line.replace(/^[^,]*,/, ""),
  (line) => `1,2,${line}`,
  (line) => line.replace("Tulips", 'Tu"lips'),
  (line) => line.replace("Tulips", '"Tulips'),
  (line) => line.replace("Tulips", "Tu\0lips"),
  (line) => line.replace("Tulips", "Tu;lips,;"),
  (line) => line.replace("Tulips", "Tulips ".repeat(MOST_RECORD_BYTES / 5)),
  // The CVV where the id should be.
  (line) => line.replace(/^(.*),([^,]*),([^,]*),([^,]*)\n$/, "$2,$3,$4,$1\n"),
  // A byte of Latin-1 between others of UTF-8.
  (line) => {
    const [before = "", ...after] = line.split("Tulips");
    return Buffer.concat([Buffer.from(before), Buffer.of(0xfc), Buffer.from(after.join(""))]);
  },
];
/** Ids and SKUs of up to 14 digits are kept as they are: what stands in their place here is longer. */
const AMONG_IDS = 15;

/** Hands out cards, each once, and makes files of them. */
export class CardFiles {
  readonly cards: string[] = [];
  #sale = FIRST_ID;
  #format = 0;

  #card(least = 12): string {
    const place = this.cards.length;
    const card = numberedCard(place, Math.max(least, 12 + (place % 8)));
    this.cards.push(card);
    return card;
  }

  #written(): string {
    this.#format += 1;
    return (FORMATS[this.#format % FORMATS.length] ?? String)(this.#card());
  }

  #cvv(): string {
    const place = this.cards.length;
    return place % 3 === 0 ? (PLAIN_CVVS[place % 2] ?? "") : markedCvv(place);
  }

  #nextSale(): TransactionFields {
    this.#sale += 1;
    return { id: this.#sale, card_number: this.#written(), cvv: this.#cvv() };
  }

  /** So many sales with a card and a CVV each, where they belong. */
  sales(count: number): string {
    return TRANSACTIONS_HEADER + transactionRecords(...Array.from({ length: count }, () => this.#nextSale()));
  }

  /** Records of a source, each with a card in another column and format. */
  misplaced(source: SourceName): string {
    const lines: string[] = [];
    let key = FIRST_ID;
    for (const { name, type } of CONTRACTS[source].columns) {
      // Every sale has one there.
      if (type === "card_number") continue;
      for (const format of FORMATS) {
        key += 1;
        const value = { [name]: format(this.#card(type === "id" || type === "sku" ? AMONG_IDS : undefined)) };
        if (source === "stores") lines.push(storeRecords({ id: key, ...value }));
        else if (source === "devices") lines.push(deviceRecords({ id: key, ...value }));
        else lines.push(transactionRecords({ ...this.#nextSale(), ...value }));
      }
    }
    const headers = { stores: STORES_HEADER, devices: DEVICES_HEADER, transactions: TRANSACTIONS_HEADER };
    return headers[source] + lines.join("");
  }

  /** Lines that are no records, in every way and every format; and sales that wait for their device, with a card in a text. */
  broken(): Buffer {
    const lines = DAMAGES.flatMap((damage) =>
      FORMATS.map(() => damage(transactionRecords(this.#nextSale()))),
    );
    const waiting = FORMATS.map(() =>
      transactionRecords({ ...this.#nextSale(), device_id: 999, product_name: `Menu ${this.#written()}` }),
    );
    return Buffer.concat([TRANSACTIONS_HEADER, ...waiting, ...lines].map((line) => Buffer.from(line)));
  }

  /** Files whose header is none, or has a card in it. */
  withoutHeader(): readonly string[] {
    const sale = () => transactionRecords(this.#nextSale());
    return [sale() + sale(), `${this.#written()},${TRANSACTIONS_HEADER}${sale()}`];
  }
}

/** All columns of all sources are among the misplaced ones. */
export const ALL_SOURCES = SOURCES;
