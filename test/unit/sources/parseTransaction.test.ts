import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Transaction } from "../../../src/sources/parseTransaction.ts";
import {
  acceptedOf,
  parseValues,
  rulesWithKey,
  TRANSACTION,
  transactionValues,
  type Values,
} from "./sampleRecords.ts";

const parse = (changes: Values = {}) => parseValues("transactions", { ...TRANSACTION, ...changes });
const without = (...names: string[]): Values =>
  Object.fromEntries(Object.entries(TRANSACTION).filter(([name]) => !names.includes(name)));

/** What a sale is recorded under. */
const labelOf = ({ label: { productSku, productName, categoryName } }: Transaction) => [
  productSku,
  productName,
  categoryName,
];

/** What the business knows of a sale: all but card and digests. */
function business(transaction: Transaction) {
  const { card: _card, digest: _digest, label: _label, ...fields } = transaction;
  return { ...fields, label: labelOf(transaction) };
}

test("a transaction has typed values, and of its card a token and the last four digits", () => {
  expect(parse()).toEqual({
    accepted: {
      transactionId: 1000,
      deviceId: 17,
      label: expect.objectContaining({
        productName: "Dinner menu",
        productSku: "3770009015048",
        categoryName: "Catering",
        digest: expect.any(String),
      }),
      amount: "63.90",
      status: "accepted",
      card: { token: expect.any(String), last4: "1111" },
      createdAt: Date.UTC(2024, 1, 13, 18, 59, 12) * 1000,
      happenedAt: Date.UTC(2024, 1, 13, 18, 57, 30) * 1000,
      digest: expect.any(String),
    },
    warnings: [],
  });
});

describe("the digest", () => {
  const digestOf = (values: Values) => acceptedOf(parseValues("transactions", values)).digest;

  test("is equal for records whose business fields are equal, and for no others", () => {
    fc.assert(
      fc.property(transactionValues, transactionValues, (one, other) => {
        const [a, b] = [one, other].map((values) => acceptedOf(parseValues("transactions", values))) as [
          Transaction,
          Transaction,
        ];
        expect(a.digest === b.digest).toBe(JSON.stringify(business(a)) === JSON.stringify(business(b)));
        expect(a.label.digest === b.label.digest).toBe(
          JSON.stringify(labelOf(a)) === JSON.stringify(labelOf(b)),
        );
      }),
      { numRuns: 1_000 },
    );
  });

  test("tells texts apart that hold the separator of what is hashed", () => {
    const one = { product_sku: "A\u001f1\u001fX", product_name: "Y", category_name: "Z" };
    const other = { product_sku: "A", product_name: "X", category_name: "1\u001fY\u001fZ" };
    expect(acceptedOf(parse(one)).label.digest).not.toBe(acceptedOf(parse(other)).label.digest);
  });

  test("does not depend on card, CVV, key, or whether the file has those columns", () => {
    const digest = digestOf(TRANSACTION);
    expect(digestOf({ ...TRANSACTION, card_number: "4242424242424242", cvv: "999" })).toBe(digest);
    expect(digestOf(without("card_number", "cvv"))).toBe(digest);
    const rekeyed = parseValues("transactions", TRANSACTION, rulesWithKey(Buffer.alloc(32, 9)));
    expect(acceptedOf(rekeyed).digest).toBe(digest);
    expect(acceptedOf(rekeyed).card?.token).not.toBe(acceptedOf(parse()).card?.token);
  });

  test("does not depend on how an export writes the same values, or orders columns", () => {
    const exported = {
      id: "1000.0",
      product_sku: "3770009015048.0",
      amount: "063.9",
      status: "Accepted",
      created_at: "2024-02-13T18:59:12Z",
    };
    expect(acceptedOf(parse(exported)).digest).toBe(digestOf(TRANSACTION));
    expect(digestOf(Object.fromEntries(Object.entries(TRANSACTION).reverse()))).toBe(digestOf(TRANSACTION));
  });
});

describe("warnings", () => {
  test.each([
    ["an unreadable card", { card_number: "4,50823E+15" }, ["card_unreadable"]],
    ["an empty card", { card_number: " " }, []],
    ["a card in the product's name", { product_name: "Gift 4111-1111-1111-1111" }, ["card_masked"]],
    ["a card in the category", { category_name: "4111111111111111" }, ["card_masked"]],
    ["both", { category_name: "4111111111111111", card_number: "x" }, ["card_masked", "card_unreadable"]],
  ])("are given for %s, and the sale is loaded", (_, changes: Values, warnings) => {
    expect(parse(changes)).toMatchObject({ accepted: { transactionId: 1000 }, warnings });
  });

  test("masked text keeps all but the digits; an unreadable card leaves nothing", () => {
    expect(acceptedOf(parse({ product_name: "Gift 4111-1111-1111-1111", card_number: "?" }))).toMatchObject({
      label: { productName: "Gift ****-****-****-****" },
      card: null,
    });
  });
});

describe("a reject", () => {
  test.each([
    ["id", "x", "bad_whole_number", null],
    ["id", "4111111111111111", "card_like_value", null],
    ["device_id", "", "missing_value", 1000],
    ["product_sku", "", "missing_value", 1000],
    ["amount", "4111111111111111", "card_like_value", 1000],
    ["status", "4111111111111111", "unknown_status", 1000],
    ["happened_at", "13/02/2024 18:57:30", "day_first", 1000],
    ["product_name", "a\0", "nul_byte", 1000],
  ])("names the column %s with %j: %s", (column, text, reason, naturalKey) => {
    expect(parse({ [column]: text })).toEqual({ rejected: { reason, column }, naturalKey });
  });

  test.each<[string, Values, number | null]>([
    ["with one column at fault", { amount: "x" }, 1000],
    [
      "with times that are in place, though wrong",
      { created_at: "30/01/2024 8:00:00", happened_at: "x" },
      1000,
    ],
    ["with days that have no time", { created_at: "2024-05-15", happened_at: "02/30/2024 8:00:00" }, 1000],
    ["with two columns that hold something else", { amount: "x", status: "x" }, null],
    ["with a code among the times, and a text for an amount", { created_at: "737", amount: "x" }, null],
    ["whose id could be a card number", { id: "411111111111", amount: "x" }, null],
    ["whose id is too short for one", { id: "41111111111", amount: "x" }, 41_111_111_111],
  ])("%s is kept under its id, if that stands in its own column", (_, changes, naturalKey) => {
    expect(parse(changes)).toMatchObject({ naturalKey });
  });

  test("of a record that slipped by any number of columns has no id", () => {
    const header = Object.keys(TRANSACTION);
    const values = Object.values(TRANSACTION);
    for (let by = 1; by < header.length; by += 1) {
      const slipped: Values = Object.fromEntries(
        header.map((name, index) => [name, values[(index + by) % values.length] ?? ""]),
      );
      expect(parseValues("transactions", slipped)).toMatchObject({ naturalKey: null });
    }
  });

  test("is one for the first column at fault", () => {
    expect(parse({ amount: "x", device_id: "x" })).toMatchObject({ rejected: { column: "device_id" } });
  });

  test("leaves nothing behind in the next record's parsing", () => {
    expect(parse({ amount: "x" })).toHaveProperty("rejected");
    expect(parse()).toHaveProperty("accepted");
  });
});
