import { expect, test } from "@jest/globals";
import { mayNameCard } from "../../../src/sources/cardLikeNames.ts";
import { ANY_FORMAT, TEST_CARDS } from "./testCards.ts";

test.each(Object.entries(ANY_FORMAT))("a card in a file's name is seen: %s", (_, format) => {
  for (const digits of TEST_CARDS) {
    // A slash would end a folder's name.
    const written = format(digits).replaceAll("/", "-");
    expect(mayNameCard(`/data/transactions-${written}.csv`)).toBe(true);
    expect(mayNameCard(`20261128_${written}.csv`)).toBe(true);
  }
});

test.each([
  "transactions.csv",
  "transactions-20261128.csv",
  "transactions_20261128224530.csv",
  "transactions_2026-11-28_22-45-30.csv",
  "transactions.20261128T224530123.csv",
  "transactions-20261101-20261130.csv",
  "store 17_20261128_224530.csv",
  "transactions-000000000012.csv",
  "transactions-1764369930123.csv",
  "transactions-1764369930123456.csv",
  "transactions-12345678901.csv",
  "/data/4111111111111111/transactions.csv",
])("%s is an ordinary name", (path) => {
  expect(mayNameCard(path)).toBe(false);
});
