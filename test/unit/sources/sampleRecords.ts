import fc from "fast-check";
import { createCardTokeniser } from "../../../src/sources/cards.ts";
import { CONTRACTS, type SourceName } from "../../../src/sources/contracts.ts";
import { bindColumns, type BoundColumns } from "../../../src/sources/header.ts";
import { localTimeIn } from "../../../src/sources/localTime.ts";
import { deviceParser } from "../../../src/sources/parseDevice.ts";
import { storeParser } from "../../../src/sources/parseStore.ts";
import { transactionParser } from "../../../src/sources/parseTransaction.ts";
import type { Parsed, ParsingRules } from "../../../src/sources/parsing.ts";

/** A record as the values of its columns. */
export type Values = Readonly<Record<string, string>>;

export const rulesWithKey = (key: Buffer): ParsingRules => ({
  timestamps: { dateOrder: "mdy", localTime: localTimeIn("UTC") },
  cards: createCardTokeniser(key),
});
const RULES = rulesWithKey(Buffer.alloc(32, 7));

export function columnsOf(source: SourceName, names: readonly string[]): BoundColumns {
  const columns = bindColumns(CONTRACTS[source], names);
  if ("refusal" in columns) throw new Error(columns.refusal);
  return columns;
}

export function parseValues(
  source: "transactions",
  values: Values,
  rules?: ParsingRules,
): ReturnType<ReturnType<typeof transactionParser>>;
export function parseValues(
  source: "stores",
  values: Values,
  rules?: ParsingRules,
): ReturnType<ReturnType<typeof storeParser>>;
export function parseValues(source: SourceName, values: Values, rules?: ParsingRules): Parsed<unknown>;
export function parseValues(source: SourceName, values: Values, rules = RULES): Parsed<unknown> {
  const columns = columnsOf(source, Object.keys(values));
  const parsers = { stores: storeParser, devices: deviceParser, transactions: transactionParser };
  return parsers[source](columns, rules)(Object.values(values));
}

export function acceptedOf<T>(parsed: Parsed<T>): T {
  if ("rejected" in parsed) throw new Error(`${parsed.rejected.reason} in ${parsed.rejected.column ?? "?"}`);
  return parsed.accepted;
}

export const TRANSACTION: Values = {
  id: "1000",
  device_id: "17",
  product_name: "Dinner menu",
  product_sku: "3770009015048",
  category_name: "Catering",
  amount: "63.90",
  status: "accepted",
  card_number: "4111 1111 1111 1111",
  cvv: "837",
  created_at: "02/13/2024 18:59:12",
  happened_at: "02/13/2024 18:57:30",
};

export const STORE: Values = {
  id: "7",
  name: "Bell & Wagon",
  address: "Shop 28, Lake View Arcade",
  city: "Nelson",
  country: "New Zealand",
  created_at: "08/25/2022 10:25:15",
  typology: "Press",
  customer_id: "13",
};

export const DEVICE: Values = { id: "5", type: "3", store_id: "89" };

export const SAMPLES: Readonly<Record<SourceName, Values>> = {
  stores: STORE,
  devices: DEVICE,
  transactions: TRANSACTION,
};

const texts = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: fc.constantFrom("a", "1", ",", "\u001f"), maxLength: 6 }),
);
const ids = fc.integer({ min: 1, max: 3 }).map(String);

/** Transactions that differ little, so that equal ones come up. */
export const transactionValues: fc.Arbitrary<Values> = fc
  .record({
    id: ids,
    device_id: ids,
    product_name: texts,
    product_sku: texts.map((text) => `s${text}`),
    category_name: texts,
    amount: fc.constantFrom("5", "5.00", "5.10"),
    status: fc.constantFrom("accepted", "refused"),
    created_at: fc.constantFrom("02/13/2024 18:59:12", "2024-02-13 18:59:12Z", "02/13/2024 18:59:13"),
  })
  .map((values) => ({ ...TRANSACTION, ...values }))
  .map((values): Values =>
    Object.fromEntries(Object.entries(values).map(([name, text]) => [name, text.replaceAll("\0", "")])),
  );
