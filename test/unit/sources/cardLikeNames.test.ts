import { expect, test } from "@jest/globals";
import { mayNameCard, shownPath } from "../../../src/sources/cardLikeNames.ts";
import { ANY_FORMAT } from "../../fixtures/cardFormats.ts";
import { TEST_CARDS } from "./testCards.ts";

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
  "transactions-20240101-20240131.csv",
  "2024-01-01T00-00-00_store-000123.csv",
  "2026-11-28_22-45-30_000123.csv",
  "20261128224530123.csv",
  "store-4111_20261128_0830.csv",
  "transactions-12345678_20261128.csv",
  "transactions-0012345678901.csv",
  "transactions-12345678-1234-4123-8123-12345678abcd.csv",
  "part-00000-550e8400-e29b-41d4-a716-446655440000-c000.csv",
  "2026/11/28/224530/transactions-000123.csv",
  "year=2026/month=11/day=28/transactions-000123.csv",
  "/srv/shop 17/2026-11-28/transactions_20261128224530.csv",
])("%s is an ordinary name", (path) => {
  expect(mayNameCard(path)).toBe(false);
});

test.each([
  ["in a folder's name", "4111111111111111/transactions.csv"],
  ["in a folder far above", "/data/4111 1111 1111 1111/2026/transactions.csv"],
  ["spread over folders", "4111/1111/1111/1111.csv"],
  ["that begins like a date in the middle", "transactions-4111-2012-0101-1111.csv"],
  ["before a date and behind it", "transactions-411111_20260101_1111111111.csv"],
  ["behind a date", "2026-01-01_12-30-00_4111-1111-1111-1111.csv"],
  ["with zeros before it", "transactions-0004111111111111111.csv"],
  ["with groups of zeros before it", "transactions-0000-0000-4111-1111-1111-1111.csv"],
  ["behind an epoch", "1764369930123-4111-1111-1111-1111.csv"],
  ["laid out as a uuid", "41111111-1111-1111-8111-111111111111.csv"],
  ["in part of what is no uuid", "a0000000-0000-0000-0000-411111111111.csv"],
  ["full-width", "transactions-４１１１-１１１１-１１１１-１１１１.csv"],
])("a card is seen in a path: %s", (_, path) => {
  expect(mayNameCard(path)).toBe(true);
  expect(shownPath(path)).toBe(path.normalize("NFKC").replace(/\d+/g, (digits) => "*".repeat(digits.length)));
});

test("characters that are read as several digits are shown as none", () => {
  const path = "transactions-㊶⑪⑪⑪⑪⑪⑪⑪.csv";
  expect(mayNameCard(path)).toBe(true);
  expect(shownPath(path)).toBe(`transactions-${"*".repeat(16)}.csv`);
});
