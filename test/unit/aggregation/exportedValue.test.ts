import { expect, test } from "@jest/globals";
import { exportedAs } from "../../../src/aggregation/export/exportedValue.ts";

test.each([
  ["bigint", "42", 42],
  ["integer", "-7", -7],
  ["bigint", "9007199254740991", 9_007_199_254_740_991],
  // No number of JavaScript's has it.
  ["bigint", "9007199254740993", "9007199254740993"],
  ["boolean", "t", true],
  ["boolean", "f", false],
  ["numeric(18,2)", "749.00", "749.00"],
  ["numeric(18,2)", "12345678901234567.89", "12345678901234567.89"],
  ["text", "true", "true"],
  ["transaction_status", "accepted", "accepted"],
  ["date", "2026-05-01", "2026-05-01"],
  ["timestamptz", "2026-05-01 08:30:00+00", "2026-05-01T08:30:00.000Z"],
  ["timestamptz(3)", "2026-05-01 08:30:00.25+00", "2026-05-01T08:30:00.250Z"],
  ["timestamptz", "2026-05-01 08:30:00.123456+00", "2026-05-01T08:30:00.123456Z"],
  ["timestamptz", "-infinity", "-infinity"],
])("a %s that PostgreSQL calls %s leaves as %j", (type, text, value) => {
  expect(exportedAs(type)(text)).toBe(value);
});
