import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { localTimeIn } from "../../../src/sources/localTime.ts";
import { parseTimestamp } from "../../../src/sources/timestamps.ts";

function read(text: string, timeZone = "UTC", dateOrder: "mdy" | "dmy" = "mdy"): string {
  const field = parseTimestamp(text, { dateOrder, localTime: localTimeIn(timeZone) });
  if ("reason" in field) return field.reason;
  const micros = field.value - Math.floor(field.value / 1000) * 1000;
  const iso = new Date(Math.floor(field.value / 1000)).toISOString();
  return micros === 0 ? iso : iso.replace("Z", `${String(micros).padStart(3, "0")}Z`);
}

test.each([
  ["05/15/2022 8:10:46", "2022-05-15T08:10:46.000Z"],
  ["5/1/2022 08:10:46", "2022-05-01T08:10:46.000Z"],
  ["05.15.2022 8:10:46", "2022-05-15T08:10:46.000Z"],
  ["05/15/2022 8:10", "2022-05-15T08:10:00.000Z"],
  [" 05/15/2022 23:59:59.5 ", "2022-05-15T23:59:59.500Z"],
  ["2022-05-15 08:10:46", "2022-05-15T08:10:46.000Z"],
  ["2022-05-15T08:10:46Z", "2022-05-15T08:10:46.000Z"],
  ["2022-05-15T08:10:46.123456Z", "2022-05-15T08:10:46.123456Z"],
  ["2022-05-15T08:10:46,123Z", "2022-05-15T08:10:46.123Z"],
  ["2022-05-15T08:10:46.123456000+00:00", "2022-05-15T08:10:46.123456Z"],
  ["2022-05-15T08:10:46+02:00", "2022-05-15T06:10:46.000Z"],
  ["2022-05-15T08:10:46 +0530", "2022-05-15T02:40:46.000Z"],
  ["2022-05-15 08:10-03", "2022-05-15T11:10:00.000Z"],
  ["02/29/2024 0:00:00", "2024-02-29T00:00:00.000Z"],
  ["01/01/1970 0:00:00", "1970-01-01T00:00:00.000Z"],
  ["12/31/2100 23:59:59.999999", "2100-12-31T23:59:59.999999Z"],
  ["2101-01-01T00:30:00+01:00", "year_out_of_range"],
  ["1970-01-01T00:30:00+01:00", "year_out_of_range"],
  ["2100-12-31T23:30:00-01:00", "year_out_of_range"],
  ["12/31/1969 23:59:59", "year_out_of_range"],
  ["01/01/2101 0:00:00", "year_out_of_range"],
  ["01/01/0022 0:00:00", "year_out_of_range"],
  ["", "missing_value"],
  ["now", "bad_timestamp"],
  ["infinity", "bad_timestamp"],
  ["1652602246", "bad_timestamp"],
  ["44696.3408", "bad_timestamp"],
  ["05/15/22 8:10:46", "bad_timestamp"],
  ["05/15/2022", "bad_timestamp"],
  ["05/15.2022 8:10:46", "bad_timestamp"],
  ["05/15/2022 8:10:46 PM", "bad_timestamp"],
  ["02/29/2023 8:10:46", "bad_timestamp"],
  ["02/29/2100 8:10:46", "bad_timestamp"],
  ["04/31/2022 8:10:46", "bad_timestamp"],
  ["00/15/2022 8:10:46", "bad_timestamp"],
  ["05/00/2022 8:10:46", "bad_timestamp"],
  ["05/15/2022 24:00:00", "bad_timestamp"],
  ["05/15/2022 8:60:00", "bad_timestamp"],
  ["05/15/2022 8:10:60", "bad_timestamp"],
  ["2022-05-15T08:10:46.1234567Z", "bad_timestamp"],
  ["2022-05-15T08:10:46+15:00", "bad_timestamp"],
  ["2022-05-15T08:10:46+01:60", "bad_timestamp"],
  ["2022-5-15 08:10:46", "bad_timestamp"],
  ["15/05/2022 8:10:46", "day_first"],
  ["32/05/2022 8:10:46", "bad_timestamp"],
  ["15/15/2022 8:10:46", "bad_timestamp"],
])("%j is read as %s", (text, expected) => {
  expect(read(text)).toBe(expected);
});

test("SOURCE_DATE_ORDER=dmy puts the day first, and leaves ISO dates alone", () => {
  expect(read("15/05/2022 8:10:46", "UTC", "dmy")).toBe("2022-05-15T08:10:46.000Z");
  expect(read("05/06/2022 8:10:46", "UTC", "dmy")).toBe("2022-06-05T08:10:46.000Z");
  expect(read("05/15/2022 8:10:46", "UTC", "dmy")).toBe("bad_timestamp");
  expect(read("2022-05-15 08:10:46", "UTC", "dmy")).toBe("2022-05-15T08:10:46.000Z");
});

describe("a time without a zone is local to SOURCE_TIMEZONE", () => {
  test.each([
    ["Europe/Paris", "2022-01-15 12:00:00", "2022-01-15T11:00:00.000Z"],
    ["Europe/Paris", "2022-07-15 12:00:00", "2022-07-15T10:00:00.000Z"],
    ["Europe/Paris", "2022-03-27 01:59:59", "2022-03-27T00:59:59.000Z"],
    ["Europe/Paris", "2022-03-27 02:00:00", "nonexistent_local_time"],
    ["Europe/Paris", "2022-03-27 02:59:59.999", "nonexistent_local_time"],
    ["Europe/Paris", "2022-03-27 03:00:00", "2022-03-27T01:00:00.000Z"],
    ["Europe/Paris", "2022-10-30 01:59:59", "2022-10-29T23:59:59.000Z"],
    ["Europe/Paris", "2022-10-30 02:00:00", "ambiguous_local_time"],
    ["Europe/Paris", "2022-10-30 02:59:59", "ambiguous_local_time"],
    ["Europe/Paris", "2022-10-30 03:00:00", "2022-10-30T02:00:00.000Z"],
    ["Europe/Paris", "2022-10-30T02:30:00+02:00", "2022-10-30T00:30:00.000Z"],
    ["America/New_York", "2022-03-13 02:30:00", "nonexistent_local_time"],
    ["America/New_York", "2022-11-06 01:30:00", "ambiguous_local_time"],
    ["America/New_York", "2022-11-06 02:00:00", "2022-11-06T07:00:00.000Z"],
    ["America/New_York", "2022-03-13 23:59:59", "2022-03-14T03:59:59.000Z"],
    ["Australia/Lord_Howe", "2022-10-02 02:15:00", "nonexistent_local_time"],
    ["Australia/Lord_Howe", "2022-10-02 02:30:00", "2022-10-01T15:30:00.000Z"],
    ["Australia/Lord_Howe", "2022-04-03 01:29:59", "2022-04-02T14:29:59.000Z"],
    ["Australia/Lord_Howe", "2022-04-03 01:30:00", "ambiguous_local_time"],
    ["Australia/Lord_Howe", "2022-04-03 02:00:00", "2022-04-02T15:30:00.000Z"],
    ["Asia/Kathmandu", "2022-01-01 00:00:00", "2021-12-31T18:15:00.000Z"],
    ["Pacific/Apia", "2011-12-30 12:00:00", "nonexistent_local_time"],
    ["Pacific/Kiritimati", "2022-01-01 00:00:00", "2021-12-31T10:00:00.000Z"],
    ["Europe/Paris", "1970-01-01 00:30:00", "year_out_of_range"],
  ])("%s %s is %s", (timeZone, text, expected) => {
    expect(read(text, timeZone)).toBe(expected);
  });

  const zones = fc.constantFrom(
    ..."Europe/Paris America/New_York Australia/Lord_Howe America/St_Johns Africa/Casablanca Pacific/Apia Asia/Tehran America/Sao_Paulo".split(
      " ",
    ),
  );
  const seconds = fc.integer({ min: Date.UTC(1970, 0, 3) / 1000, max: Date.UTC(2100, 11, 29) / 1000 });

  test("and gives the instant whose wall clock there shows it, or says that there is none or two", () => {
    fc.assert(
      fc.property(zones, seconds, (timeZone, second) => {
        const wall = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "medium" });
        const shown = wall.format(second * 1000);
        const others = [-24, -1, -0.5, 0.5, 1, 24].map((hours) => second + hours * 3600);
        const twice = others.some((other) => wall.format(other * 1000) === shown);
        expect(read(shown, timeZone)).toBe(
          twice ? "ambiguous_local_time" : new Date(second * 1000).toISOString(),
        );
      }),
      { numRuns: 500 },
    );
  });
});
