import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { serialDate } from "../../../../../src/sources/carriers/workbook/serialDate.ts";
import { CASES } from "../../cases.ts";

describe("the serial number of a date", () => {
  test.each([
    ["45009.20302083333", "2023-03-24 04:52:21"],
    ["44850.161516203705", "2022-10-16 03:52:35"],
    ["43831", "2020-01-01 00:00:00"],
    ["43831.999994", "2020-01-01 23:59:59"],
    // The last second of a day, as far as a double can say it, is not the one before it.
    ["43831.99998842592", "2020-01-01 23:59:59"],
    ["43831.99998842593", "2020-01-01 23:59:59"],
    ["43831.9999999", "2020-01-02 00:00:00"],
    ["4.3831E4", "2020-01-01 00:00:00"],
    ["1", "1900-01-01 00:00:00"],
    ["59", "1900-02-28 00:00:00"],
    // The day that only spreadsheets know.
    ["60.5", "1900-02-29 12:00:00"],
    ["61", "1900-03-01 00:00:00"],
    ["25569", "1970-01-01 00:00:00"],
    ["2958465.5", "9999-12-31 12:00:00"],
  ])("%s counts from 1900: %s", (serial, date) => {
    expect(serialDate(serial, 1900, 0)).toBe(date);
  });

  test.each([
    ["0", "1904-01-01 00:00:00"],
    ["42369", "2020-01-01 00:00:00"],
    ["24107.25", "1970-01-01 06:00:00"],
  ])("%s counts from 1904: %s", (serial, date) => {
    expect(serialDate(serial, 1904, 0)).toBe(date);
  });

  test.each(["-1", "0", "0.5", "2958466", "2958465.999999", "1E300", "text", ""])("%j is none", (serial) => {
    expect(serialDate(serial, 1900, 0)).toBeUndefined();
  });

  test("a half counts as the next, also where a cell shows decimals of a second", () => {
    const at = (seconds: number): string => String(45_000 + seconds / 86_400);
    expect(serialDate("43831.000005787037037", 1900, 0)).toBe("2020-01-01 00:00:01");
    expect(serialDate(at(1.25), 1900, 1)).toMatch(/00:00:01\.[23]$/);
    expect(serialDate(at(1.234), 1900, 3)).toBe("2023-03-15 00:00:01.234");
    expect(serialDate(at(59.9996), 1900, 3)).toBe("2023-03-15 00:01:00.000");
    expect(serialDate(at(86_399.96), 1900, 1)).toBe("2023-03-16 00:00:00.0");
  });

  test("of every second from 1970 to 2100 is that second, in 15 digits as in all", () => {
    const seconds = fc.integer({ min: 0, max: Date.UTC(2101, 0, 1) / 1000 - 1 });
    fc.assert(
      fc.property(seconds, fc.constantFrom(1900 as const, 1904 as const), (second, system) => {
        const serial = second / 86_400 + (system === 1900 ? 25_569 : 24_107);
        const date = new Date(second * 1000).toISOString().slice(0, 19).replace("T", " ");
        expect(serialDate(String(serial), system, 0)).toBe(date);
        expect(serialDate(serial.toPrecision(15), system, 0)).toBe(date);
      }),
      { numRuns: CASES },
    );
  });
});
