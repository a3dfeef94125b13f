import fc from "fast-check";
import { CONTRACTS } from "../../../src/sources/contracts.ts";
import { DELIMITERS, type Delimiter } from "../../../src/sources/dialect.ts";
import type { Values } from "./sampleRecords.ts";
import { TEST_CARDS, writtenCards } from "./testCards.ts";

/** Records of one transactions file, as an export writes them. */
export interface WrittenTransactions {
  readonly delimiter: Delimiter;
  /** Columns in the file's order. */
  readonly header: readonly string[];
  /** The records, each with its line end. */
  readonly text: string;
}

/** What is put into a value, or for a part of it, to make it nearly right. */
const SLIPS = [
  ..." \t\n\r\0\"'+-.,;|:/TZe09".split(""),
  "\u00a0",
  "\ufeff",
  "\u2028",
  "\u001f",
  "４",
  "é",
  "½",
  "😀",
] as const;
const slip = fc.record({
  place: fc.nat(),
  taken: fc.integer({ min: 0, max: 2 }),
  put: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...SLIPS) }, fc.constant("")),
});

/** Mostly a value as it is, sometimes with one slip of the pen, seldom something else. */
function mostly(good: fc.Arbitrary<string>, ...odd: readonly string[]): fc.Arbitrary<string> {
  const slipped = fc.tuple(good, slip).map(([text, { place, taken, put }]) => {
    const at = place % (text.length + 1);
    return text.slice(0, at) + put + text.slice(at + taken);
  });
  return fc.oneof(
    { weight: 80, arbitrary: good },
    { weight: 2, arbitrary: slipped },
    { weight: 1, arbitrary: fc.constantFrom("", ...odd) },
  );
}

const ids = mostly(
  fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 99_999_999_999_999 })).map(String),
  ..."0 007 +7 1.0 1. 1.5 1e3 0x1F -1 100000000000000 411111111111 99999999999999 １２".split(" "),
);

const amounts = mostly(
  fc.oneof(
    fc.integer({ min: 0, max: 99_999 }).map(String),
    fc.tuple(fc.nat(9_999), fc.nat(9)).map(([whole, tenths]) => `${whole}.${tenths}`),
    fc
      .integer({ min: 0, max: 9_999_999_999_999 })
      .map((cents) => `${Math.trunc(cents / 100)}.${String(cents % 100).padStart(2, "0")}`),
  ),
  ..."00 0749 749.500 749.505 .5 5. -1 +1 1e3 NaN 12,50 99999999999.99 100000000000 411111111111".split(" "),
);

const statuses = mostly(
  fc.constantFrom("accepted", "refused", "cancelled"),
  ..."Accepted REFUSED canceled accepte acceptedd".split(" "),
);

const texts = mostly(
  fc.oneof(
    fc.constantFrom(
      "Dinner menu",
      "Chef's knife",
      "Mirror, oval",
      'The "Long Thistle"',
      "Café",
      "刺身",
      "a;b|c",
    ),
    fc.string({ unit: fc.constantFrom(...'ab1 ,;|\t"é'.split("")), maxLength: 6 }),
    fc.string({ maxLength: 12 }),
  ),
  "a\0b",
  "x".repeat(1_000),
  "x".repeat(1_001),
  "é".repeat(1_000),
  "Gift 4111 1111 1111 1111",
  "Tel. ４１１１１１１１１１１１",
  "\u00a0Dinner menu\u00a0",
  "\ufeffDinner menu",
  "two\nlines",
  ...TEST_CARDS,
);

const skus = mostly(
  fc.oneof(
    fc.constantFrom("3770009015048", "v3770009015028", "00042", "A-1"),
    fc.string({ unit: fc.constantFrom(...'ab1 ,;|".'.split("")), minLength: 1, maxLength: 6 }),
  ),
  ..."3770009015048.0 1.000 1.50 411111111111111 4111-1111-1111-1111".split(" "),
  "x".repeat(64),
  "x".repeat(65),
);

const cards = mostly(
  fc.oneof(
    fc.constant(""),
    writtenCards.map(({ written }) => written),
    fc.stringMatching(/^\d{4} \d{4} \d{4} \d{4}$/),
    fc.stringMatching(/^\d{11,20}$/),
    fc.stringMatching(/^[\d -]{12,24}$/),
  ),
  " ",
  "-",
  "4,50823E+15",
  `4${" ".repeat(199)}11111111111`,
  `${"-".repeat(184)}4111111111111111`,
  `${"-".repeat(185)}4111111111111111`,
);

const digits = (width: number) => (value: number) => String(value).padStart(width, "0");
const days = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      year: fc.integer({ min: 1970, max: 2100 }),
      month: fc.integer({ min: 1, max: 12 }),
      day: fc.integer({ min: 1, max: 28 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      year: fc.constantFrom(1969, 1970, 1996, 2000, 2022, 2023, 2024, 2099, 2100, 2101),
      month: fc.constantFrom(0, 1, 2, 3, 4, 6, 11, 12, 13),
      day: fc.constantFrom(0, 1, 12, 13, 28, 29, 30, 31, 32),
    }),
  },
  {
    weight: 1,
    // On which clocks change, somewhere.
    arbitrary: fc.constantFrom(
      { year: 2022, month: 3, day: 27 },
      { year: 2022, month: 10, day: 30 },
      { year: 2022, month: 3, day: 13 },
      { year: 2022, month: 11, day: 6 },
      { year: 1970, month: 1, day: 1 },
      { year: 2100, month: 12, day: 30 },
      { year: 2100, month: 12, day: 31 },
    ),
  },
);
const clocks = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      hour: fc.integer({ min: 0, max: 23 }),
      minute: fc.integer({ min: 0, max: 59 }),
      second: fc.integer({ min: 0, max: 59 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      hour: fc.constantFrom(0, 1, 2, 3, 23, 24),
      minute: fc.constantFrom(0, 30, 59, 60),
      second: fc.constantFrom(0, 59, 60),
    }),
  },
);
type DateForm = (year: string, month: number, day: number) => string;
const dateForms: fc.Arbitrary<DateForm> = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.constantFrom<DateForm>(
      (year, month, day) => `${digits(2)(month)}/${digits(2)(day)}/${year}`,
      (year, month, day) => `${month}/${day}/${year}`,
      (year, month, day) => `${digits(2)(month)}.${digits(2)(day)}.${year}`,
      (year, month, day) => `${year}-${digits(2)(month)}-${digits(2)(day)}`,
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant<DateForm>((year, month, day) => `${digits(2)(day)}/${digits(2)(month)}/${year}`),
  },
);
const endings = fc.oneof(
  { weight: 20, arbitrary: fc.constant("") },
  { weight: 1, arbitrary: fc.constantFrom("Z", " Z", "+02:00", "-0530", ".5", ".123456", ",5", " PM") },
);

const timeTexts = mostly(
  fc
    .record({
      day: days,
      clock: clocks,
      form: dateForms,
      between: fc.constantFrom(" ", " ", " ", "T"),
      hourWidth: fc.constantFrom(1, 2),
      ending: endings,
    })
    .map(({ day, clock, form, between, hourWidth, ending }) => {
      const time = [digits(hourWidth)(clock.hour), digits(2)(clock.minute), digits(2)(clock.second)].join(
        ":",
      );
      return form(digits(4)(day.year), day.month, day.day) + between + time + ending;
    }),
  "05/15/2022 8:10",
  "05/15/22 8:10:46",
  "05/15.2022 8:10:46",
  "2022-5-15 08:10:46",
  "2022/05/15 08:10:46",
  "44696.3408",
  "now",
);

/** Values of a transaction by column, each mostly as real files have it. */
export const writtenValues: fc.Arbitrary<Values> = fc.record({
  id: ids,
  device_id: ids,
  product_name: texts,
  product_sku: skus,
  category_name: texts,
  amount: amounts,
  status: statuses,
  card_number: cards,
  cvv: fc.constantFrom("", "123", '1"2'),
  created_at: timeTexts,
  happened_at: timeTexts,
});

const REQUIRED = CONTRACTS.transactions.columns.filter(({ required }) => required).map(({ name }) => name);
const OPTIONAL = ["card_number", "cvv", "note", "till"] as const;

/** Headers of transactions files: columns in any order, some optional ones, some that nobody asked for. */
export const headers: fc.Arbitrary<readonly string[]> = fc.oneof(
  { weight: 1, arbitrary: fc.constant(CONTRACTS.transactions.columns.map(({ name }) => name)) },
  {
    weight: 2,
    arbitrary: fc
      .subarray([...OPTIONAL])
      .chain((optional) =>
        fc.shuffledSubarray([...REQUIRED, ...optional], { minLength: REQUIRED.length + optional.length }),
      ),
  },
);

export const delimiters = fc.constantFrom(...DELIMITERS);

/** How a field stands in a file: in quotes where it must, or always, or with spaces around, or as it is, come what may. */
export type Quoting = "needed" | "always" | "padded" | "never";
export const quotings: fc.Arbitrary<Quoting> = fc.oneof(
  { weight: 30, arbitrary: fc.constant<Quoting>("needed") },
  { weight: 6, arbitrary: fc.constant<Quoting>("always") },
  { weight: 1, arbitrary: fc.constantFrom<Quoting>("padded", "never") },
);

export function writtenField(text: string, quoting: Quoting, delimiter: string): string {
  const quoted = `"${text.replaceAll('"', '""')}"`;
  const isNeeded = /["\r\n]/.test(text) || text.includes(delimiter);
  switch (quoting) {
    case "needed":
      return isNeeded ? quoted : text;
    case "always":
      return quoted;
    case "padded":
      return ` ${quoted} `;
    case "never":
      return text;
  }
}

/** A few records of one file. */
export const writtenTransactions: fc.Arbitrary<WrittenTransactions> = fc
  .record({
    delimiter: delimiters,
    header: headers,
    lineEnd: fc.constantFrom("\n", "\r\n"),
    records: fc.array(
      fc.record({ values: writtenValues, quoting: fc.array(quotings, { minLength: 3, maxLength: 3 }) }),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map(({ delimiter, header, lineEnd, records }) => ({
    delimiter,
    header,
    text: records
      .map(({ values, quoting }) =>
        header
          .map((name, at) =>
            writtenField(values[name] ?? "x", quoting[at % quoting.length] ?? "needed", delimiter),
          )
          .join(delimiter),
      )
      .map((record) => record + lineEnd)
      .join(""),
  }));
