import type { RecordBatch } from "../../../src/ingestion/recordBatch.ts";
import { createCardTokeniser } from "../../../src/sources/cards.ts";
import { TRANSACTION_STATUSES, type SourceName } from "../../../src/sources/contracts.ts";
import type { BoundColumns } from "../../../src/sources/header.ts";
import { LabelRegistry } from "../../../src/sources/labels.ts";
import { localTimeIn } from "../../../src/sources/localTime.ts";
import { deviceParser } from "../../../src/sources/parseDevice.ts";
import { storeParser } from "../../../src/sources/parseStore.ts";
import { transactionParser } from "../../../src/sources/parseTransaction.ts";
import type { ParsingRules, RecordParser } from "../../../src/sources/parsing.ts";
import { PlainTransactionReader } from "../../../src/sources/plainTransaction.ts";
import { RecordHashes } from "../../../src/sources/sha256/recordHashes.ts";

/** Values of a record by column, as they are kept; of a card its last four digits, times in microseconds. */
export type ReadValues = Readonly<Record<string, string | number | null>>;

/** A batch that keeps what the loader would send to the database. */
export interface CollectingBatch extends RecordBatch {
  readonly accepted: { readonly line: number; readonly values: ReadValues }[];
}

const KEY = Buffer.alloc(32, 7);
const RULES: ParsingRules = {
  timestamps: { dateOrder: "mdy", localTime: localTimeIn("UTC") },
  cards: createCardTokeniser(KEY),
};
const cannotArrive = (): never => {
  throw new Error("these records are for no database");
};

export function collectingBatch(
  source: SourceName,
  columns: BoundColumns,
  delimiter: string,
): CollectingBatch {
  const accepted: CollectingBatch["accepted"] = [];
  const rest = { accepted, arrive: cannotArrive, clear: () => undefined };
  const adding =
    <T>(parse: RecordParser<T>, valuesOf: (record: T) => ReadValues): RecordBatch["add"] =>
    (fields, line) => {
      const parsed = parse(fields);
      if ("accepted" in parsed) accepted.push({ line, values: valuesOf(parsed.accepted) });
      return parsed;
    };
  switch (source) {
    case "stores":
      return {
        ...rest,
        add: adding(
          storeParser(columns, RULES),
          ({ storeId, storeName, createdAt, customerId, ...others }) => ({
            id: storeId,
            name: storeName,
            address: others.address,
            city: others.city,
            country: others.country,
            created_at: createdAt,
            typology: others.typology,
            customer_id: customerId,
          }),
        ),
      };
    case "devices":
      return {
        ...rest,
        add: adding(deviceParser(columns), ({ deviceId, deviceType, storeId }) => ({
          id: deviceId,
          type: deviceType,
          store_id: storeId,
        })),
      };
    case "transactions": {
      const labels = new LabelRegistry();
      const add = adding(transactionParser(columns, RULES, labels), (read) => ({
        id: read.transactionId,
        device_id: read.deviceId,
        product_name: read.label.productName,
        product_sku: read.label.productSku,
        category_name: read.label.categoryName,
        amount: read.amount,
        status: read.status,
        card_number: read.card?.last4 ?? null,
        created_at: read.createdAt,
        happened_at: read.happenedAt,
      }));
      return { ...rest, add, addPlain: plainWay(columns, delimiter, labels, accepted) };
    }
  }
}

let sharedHashes: RecordHashes | undefined;

/** One for all: each takes half a megabyte, and what is hashed is of no interest here. */
function hashesOfAll(): RecordHashes {
  sharedHashes ??= RecordHashes.create(RULES.cards.key, () => undefined);
  if (sharedHashes === undefined) throw new Error("this machine has no vectors in WebAssembly");
  return sharedHashes;
}

function plainWay(
  columns: BoundColumns,
  delimiter: string,
  labels: LabelRegistry,
  accepted: CollectingBatch["accepted"],
): RecordBatch["addPlain"] & {} {
  const hashes = hashesOfAll();
  const plain = new PlainTransactionReader(columns, delimiter.charCodeAt(0), RULES, labels, hashes);
  let row = 0;
  return (bytes, start, end, line) => {
    if (!plain.read(bytes, start, end) || plain.label === null) return false;
    hashes.add(row, plain.textBytes, plain.cardDigits);
    row += 1;
    accepted.push({
      line,
      values: {
        id: plain.transactionId,
        device_id: plain.deviceId,
        product_name: plain.label.productName,
        product_sku: plain.label.productSku,
        category_name: plain.label.categoryName,
        amount: (plain.cents / 100).toFixed(2),
        status: TRANSACTION_STATUSES[plain.status] ?? null,
        card_number: plain.cardDigits === 0 ? null : String(plain.cardLast4).padStart(4, "0"),
        created_at: plain.createdAt,
        happened_at: plain.happenedAt,
      },
    });
    return true;
  };
}
