import { describe, expect, test } from "@jest/globals";
import { typeOfValues } from "../../../src/sources/typesOfValues.ts";

/** A value so many times. */
const times = (count: number, value: string): string[] => new Array<string>(count).fill(value);

describe("the type of a column's values", () => {
  test.each([
    [["1", "42.0", "749", "749.10", ".5", "-3", "+7."], "number"],
    [["12,50", "1.234,00", "1,234,567.00"], "number with a comma"],
    [["2022-05-15", "2022-05-16"], "date"],
    [["05/15/2022", "15.05.2022", "15-05-2022"], "date"],
    [["05/15/2022 8:10:46", "05/02/2022 8:10", "05.15.2022 08:10:46.123"], "timestamp (month/day/year)"],
    [["15/05/2022 8:10:46", "02/05/2022 8:10"], "timestamp (day/month/year)"],
    [["05/06/2022 8:10:46"], "timestamp (day and month)"],
    [["2022-05-15T08:10:46", "2022-05-15 8:10"], "timestamp (ISO)"],
    [["2022-05-15T08:10:46.123Z", "2022-05-15 08:10:46+02:00"], "timestamp (ISO with zone)"],
    [["05/15/2022 8:10:46 PM", "Tulips", "1e3", "€ 12", "1 234"], "text"],
    [["1".repeat(61)], "text"],
  ])("of %j is %s", (values, type) => {
    expect(typeOfValues(values)).toBe(type);
  });

  test("is not known of a column without a value, nor of values of no one type", () => {
    expect(typeOfValues([])).toBeNull();
    expect(typeOfValues(["", " \t"])).toBeNull();
    expect(typeOfValues(["1", "one"])).toBeNull();
    expect(typeOfValues(["05/15/2022 8:10", "2022-05-15 8:10"])).toBeNull();
  });

  test("is that of nine in ten values: a few that are broken do not count, nor do empty ones", () => {
    expect(typeOfValues([...times(9, "1"), "x", ...times(90, "")])).toBe("number");
    expect(typeOfValues([...times(8, "1"), "x"])).toBeNull();
    expect(typeOfValues([...times(9, "05/15/2022 8:10"), "never"])).toBe("timestamp (month/day/year)");
  });

  test("is with a comma where whole numbers stand between such", () => {
    expect(typeOfValues([...times(8, "12"), "12,50"])).toBe("number with a comma");
    expect(typeOfValues([...times(99, "12.50"), "1,234.00"])).toBe("number");
  });

  test("has day and month in the order that days over 12 tell, but for a broken one", () => {
    const early = times(200, "05/06/2022 8:10");
    expect(typeOfValues([...early, "05/15/2022 8:10"])).toBe("timestamp (month/day/year)");
    expect(typeOfValues([...early, "15/05/2022 8:10", "05/15/2022 8:10"])).toBe("timestamp (day and month)");
    expect(typeOfValues([...times(9, "15/05/2022 8:10"), "05/15/2022 8:10"])).toBe(
      "timestamp (day/month/year)",
    );
  });

  test("is told at once of a very long value", () => {
    for (const value of [
      "1".repeat(1 << 20),
      `${"1.".repeat(1 << 19)},`,
      `05/05/2022 ${" ".repeat(1 << 20)}x`,
    ])
      expect(typeOfValues([value])).toBe("text");
  });
});
