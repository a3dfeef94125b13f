import { digestOf, readCardNumber, type CardReference } from "./cards.ts";
import type { TransactionStatus } from "./contracts.ts";
import { parseAmount, parseId, parseSku, parseStatus, parseText } from "./fields.ts";
import type { BoundColumns } from "./header.ts";
import { LabelRegistry, type Label } from "./labels.ts";
import { maskCards } from "./maskCards.ts";
import { FIELD_SEPARATOR, RecordReader, type ParsingRules, type RecordParser } from "./parsing.ts";
import type { Warning } from "./reasons.ts";
import { parseTimestamp } from "./timestamps.ts";

/** A transaction as the warehouse keeps it: neither card number nor CVV is in it. */
export interface Transaction {
  readonly transactionId: number;
  readonly deviceId: number;
  readonly label: Label;
  /** Exact decimal text with two decimals. */
  readonly amount: string;
  readonly status: TransactionStatus;
  readonly card: CardReference | null;
  /** Microseconds of the epoch. */
  readonly createdAt: number;
  /** Microseconds of the epoch. */
  readonly happenedAt: number;
  /** Of all fields but the card's: an export without card columns, or under a new key, is the same record. */
  readonly digest: string;
}

/**
 * A parser for the records of one transactions file. It reads all that can be read; `PlainTransactionReader` reads the
 * ordinary ones alike, and faster.
 */
export function transactionParser(
  columns: BoundColumns,
  rules: ParsingRules,
  labels: LabelRegistry = new LabelRegistry(),
): RecordParser<Transaction> {
  const reader = new RecordReader(columns);
  const timestamp = (text: string) => parseTimestamp(text, rules.timestamps);

  return (fields) => {
    reader.begin(fields);
    const transactionId = reader.take("id", parseId, 0);
    const deviceId = reader.take("device_id", parseId, 0);
    const name = reader.take("product_name", parseText, "");
    const productSku = reader.take("product_sku", parseSku, "");
    const category = reader.take("category_name", parseText, "");
    const amount = reader.take("amount", parseAmount, "");
    const status = reader.take("status", parseStatus, "refused");
    const createdAt = reader.take("created_at", timestamp, 0);
    const happenedAt = reader.take("happened_at", timestamp, 0);
    if (reader.rejection !== null) {
      return { rejected: reader.rejection, naturalKey: reader.keptKey(transactionId) };
    }
    const warnings: Warning[] = [];
    const productName = maskCards(name);
    const categoryName = maskCards(category);
    if (productName !== name || categoryName !== category) warnings.push("card_masked");
    const card = takeCard(reader.text("card_number"), rules, warnings);
    const label = labels.labelOf(productSku, productName, categoryName);
    const all = [transactionId, deviceId, amount, status, createdAt, happenedAt].join(FIELD_SEPARATOR);
    return {
      accepted: {
        transactionId,
        deviceId,
        label,
        amount,
        status,
        card,
        createdAt,
        happenedAt,
        digest: digestOf(all + label.digestText),
      },
      warnings,
    };
  };
}

/** The number ends here: what leaves is its token and last four digits (PCI DSS 4.0.1, 3.4.1 and 3.5.1.1). */
function takeCard(text: string, rules: ParsingRules, warnings: Warning[]): CardReference | null {
  if (text.trim() === "") return null;
  const digits = readCardNumber(text);
  if (digits !== undefined) return rules.cards.tokenise(digits);
  warnings.push("card_unreadable");
  return null;
}
