import { digestOf } from "./cards.ts";
import { parseId, parseText } from "./fields.ts";
import type { BoundColumns } from "./header.ts";
import { maskCards } from "./maskCards.ts";
import { FIELD_SEPARATOR, RecordReader, type ParsingRules, type RecordParser } from "./parsing.ts";
import { parseTimestamp } from "./timestamps.ts";

/** A store as an export describes it. */
export interface Store {
  readonly storeId: number;
  readonly storeName: string;
  readonly address: string;
  readonly city: string;
  readonly country: string;
  readonly typology: string;
  readonly customerId: number;
  /** Microseconds of the epoch. */
  readonly createdAt: number;
  /** Of all fields. */
  readonly digest: string;
}

/** A parser for the records of one stores file. */
export function storeParser(columns: BoundColumns, rules: ParsingRules): RecordParser<Store> {
  const reader = new RecordReader(columns);
  const timestamp = (text: string) => parseTimestamp(text, rules.timestamps);

  return (fields) => {
    reader.begin(fields);
    const storeId = reader.take("id", parseId, 0);
    const texts = {
      storeName: reader.take("name", parseText, ""),
      address: reader.take("address", parseText, ""),
      city: reader.take("city", parseText, ""),
      country: reader.take("country", parseText, ""),
      typology: reader.take("typology", parseText, ""),
    };
    const customerId = reader.take("customer_id", parseId, 0);
    const createdAt = reader.take("created_at", timestamp, 0);
    if (reader.rejection !== null) {
      return { rejected: reader.rejection, naturalKey: reader.keptKey(storeId) };
    }
    const masked = {
      storeName: maskCards(texts.storeName),
      address: maskCards(texts.address),
      city: maskCards(texts.city),
      country: maskCards(texts.country),
      typology: maskCards(texts.typology),
    };
    const values = Object.values(masked);
    const anyMasked = Object.values(texts).some((text, index) => text !== values[index]);
    const all = [storeId, customerId, createdAt, ...values.flatMap((text) => [text.length, text])];
    return {
      accepted: { storeId, customerId, createdAt, ...masked, digest: digestOf(all.join(FIELD_SEPARATOR)) },
      warnings: anyMasked ? ["card_masked"] : [],
    };
  };
}
