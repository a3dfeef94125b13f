import { expect, test } from "@jest/globals";
import { localTimeIn } from "../../../src/sources/localTime.ts";
import { namedMoment, snapshotDateOf } from "../../../src/sources/snapshotDate.ts";

const dateIn = (path: string, timeZone = "UTC"): string | null =>
  snapshotDateOf(path, localTimeIn(timeZone))?.toISOString() ?? null;

test.each([
  ["transactions_2026-05-01.csv", "2026-05-01T00:00:00.000Z"],
  ["20260501-stores.csv", "2026-05-01T00:00:00.000Z"],
  ["devices.2026.05.01.csv", "2026-05-01T00:00:00.000Z"],
  ["transactions-2026-05-01T0830.csv", "2026-05-01T08:30:00.000Z"],
  ["transactions_20260501_083015.csv", "2026-05-01T08:30:15.000Z"],
  ["drops/2025-01-01/stores_2026-05-01.csv", "2026-05-01T00:00:00.000Z"],
  ["transactions-2026-13-01_2026-05-01.csv", "2026-05-01T00:00:00.000Z"],
  ["transactions_2026-04-25_2026-05-01.csv", "2026-05-01T00:00:00.000Z"],
  ["transactions_20260501-2.csv", "2026-05-01T00:00:00.000Z"],
  ["transactions_20260501_0830-2.csv", "2026-05-01T00:00:00.000Z"],
  ["transactions_20260501T0830.csv.gz", "2026-05-01T08:30:00.000Z"],
  ["2026-05-01/transactions.csv", "2026-05-01T00:00:00.000Z"],
  ["2025/2026-04-30/2026-05-01T0830/part-1/stores.ndjson.zst", "2026-05-01T08:30:00.000Z"],
  ["2026/05/01/stores.csv", "2026-05-01T00:00:00.000Z"],
  ["day=20260501/transactions-2.csv", "2026-05-01T00:00:00.000Z"],
  ["2026-05-01/2026-02-30/stores.csv", "2026-05-01T00:00:00.000Z"],
])("%s is of %s", (path, date) => {
  expect(dateIn(path)).toBe(date);
});

test.each([
  "transactions.csv",
  "transactions-2.csv",
  "transactions-2026-13-01.csv",
  "transactions-2026-02-30.csv",
  "transactions-2026-05.csv",
  "transactions-120260501.csv",
  "transactions-202605011.csv",
  "transactions-2026-0501.csv",
  "transactions-1969-12-31.csv",
  "2026/05/stores.csv",
  "/drops/2026-05-01/stores.csv",
])("%s says no date", (path) => {
  expect(dateIn(path)).toBeNull();
});

test.each([
  ["2026-05-01", "2026-05-01T00:00:00.000Z"],
  ["2026-05-01T08:30", "2026-05-01T08:30:00.000Z"],
  ["2026-05-01T08:30:00+02:00", "2026-05-01T06:30:00.000Z"],
  ["yesterday", null],
  ["2026-05", null],
  ["on 2026-05-01", null],
  ["2026-05-01T99:00:00Z", null],
])("the moment %s is %s", (text, moment) => {
  expect(namedMoment(text, localTimeIn("UTC"))?.toISOString() ?? null).toBe(moment);
});

test("a date is of the zone of the sources; one that no clock there showed is none", () => {
  expect(dateIn("stores_2026-05-01.csv", "Europe/Paris")).toBe("2026-04-30T22:00:00.000Z");
  expect(dateIn("stores_2026-03-29T0230.csv", "Europe/Paris")).toBeNull();
});
