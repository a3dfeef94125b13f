import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createCardTokeniser } from "../../../src/sources/cards.ts";
import { CONTRACTS, TRANSACTION_STATUSES } from "../../../src/sources/contracts.ts";
import { frameRecords } from "../../../src/sources/frameRecords.ts";
import type { BoundColumns } from "../../../src/sources/header.ts";
import { LabelRegistry } from "../../../src/sources/labels.ts";
import { localTimeIn } from "../../../src/sources/localTime.ts";
import { parseFramedText } from "../../../src/sources/parseFramedText.ts";
import { transactionParser, type Transaction } from "../../../src/sources/parseTransaction.ts";
import type { ParsingRules } from "../../../src/sources/parsing.ts";
import { PlainTransactionReader } from "../../../src/sources/plainTransaction.ts";
import { RecordHashes } from "../../../src/sources/sha256/recordHashes.ts";
import { CASES } from "./cases.ts";
import { framesOf } from "./framesOf.ts";
import { columnsOf, TRANSACTION, type Values } from "./sampleRecords.ts";
import { delimiters, quotings, writtenField, writtenTransactions } from "./writtenTransactions.ts";

const cards = createCardTokeniser(Buffer.alloc(32, 7));
const localTimes = ["UTC", "UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata"].map(localTimeIn);
const parsingRules: fc.Arbitrary<ParsingRules> = fc.record({
  timestamps: fc.record({
    dateOrder: fc.constantFrom("mdy", "mdy", "mdy", "dmy"),
    localTime: fc.constantFrom(...localTimes),
  }),
  cards: fc.constant(cards),
});
const IN_UTC: ParsingRules = {
  timestamps: { dateOrder: "mdy", localTime: localTimeIn("UTC") },
  cards,
};

/** The places of the well-framed records of a text. */
const recordsOf = (bytes: Buffer, delimiter: string, { fieldCount }: Pick<BoundColumns, "fieldCount">) =>
  framesOf(
    frameRecords(bytes, true, {
      delimiter: delimiter.charCodeAt(0),
      fieldCount,
      maxRecordBytes: 1 << 20,
    }).frames,
  ).flatMap(({ start = 0, end = 0, reason }) => (reason === null ? [{ start, end }] : []));

/** A reader, and by row what was hashed of the records that were added. */
function openReader(columns: BoundColumns, delimiter: string, rules: ParsingRules) {
  const hashed = new Map<number, { digest: string; token: string }>();
  const uuid = (bytes: Uint8Array): string =>
    Buffer.from(bytes)
      .toString("hex")
      .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  const hashes = RecordHashes.create(rules.cards.key, (row, bytes, digestAt, tokenAt) => {
    hashed.set(row, {
      digest: uuid(bytes.subarray(digestAt, digestAt + 16)),
      token: tokenAt < 0 ? "" : uuid(bytes.subarray(tokenAt, tokenAt + 16)),
    });
  });
  if (hashes === undefined) throw new Error("this machine has no vectors in WebAssembly");
  const labels = new LabelRegistry();
  const reader = new PlainTransactionReader(columns, delimiter.charCodeAt(0), rules, labels, hashes);
  return { reader, hashes, hashed };
}

/** What a plain reader has read, in the parser's words; without what is still to be hashed. */
function readValues(reader: PlainTransactionReader): Transaction {
  const { transactionId, deviceId, cents, status, createdAt, happenedAt, cardDigits, label } = reader;
  if (label === null) throw new Error("a record was read without its label");
  return {
    transactionId,
    deviceId,
    label,
    amount: `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`,
    status: TRANSACTION_STATUSES[status] ?? "refused",
    card: cardDigits === 0 ? null : { token: "", last4: String(reader.cardLast4).padStart(4, "0") },
    createdAt,
    happenedAt,
    digest: "",
  };
}

const withHashes = (values: Transaction, { digest, token }: { digest: string; token: string }) => ({
  ...values,
  digest,
  card: values.card && { ...values.card, token },
});

/** Labels of two registries are compared by what they say. */
const withoutPlace = (transaction: Transaction) => {
  const { index: _index, ...label } = transaction.label;
  return { ...transaction, label };
};

test("whatever the plain reader reads, fast-csv and the parser read the same, with nothing to say about it", async () => {
  let records = 0;
  let plain = 0;
  await fc.assert(
    fc.asyncProperty(writtenTransactions, parsingRules, async ({ delimiter, header, text }, rules) => {
      const columns = columnsOf("transactions", header);
      const bytes = Buffer.from(text);
      const { reader, hashes, hashed } = openReader(columns, delimiter, rules);
      const parse = transactionParser(columns, rules);
      const found = recordsOf(bytes, delimiter, columns);
      const unhashed = found.map(({ start, end }, row) => {
        if (!reader.read(bytes, start, end)) return undefined;
        hashes.add(row, reader.textBytes, reader.cardDigits);
        return readValues(reader);
      });
      hashes.finish();
      const read = unhashed.map((values, row) => {
        const ofRow = hashed.get(row);
        return values && ofRow && withHashes(values, ofRow);
      });
      records += found.length;
      if (read.every((values) => values === undefined)) return;
      const framed = found.map(({ start, end }) => `${bytes.toString("utf8", start, end)}\n`);
      const rows = await parseFramedText(framed.join(""), delimiter);
      const expected = rows.map((fields, at) => {
        if (read[at] === undefined) return undefined;
        plain += 1;
        const parsed = fields.length === columns.fieldCount ? parse(fields) : undefined;
        return parsed !== undefined && "accepted" in parsed
          ? { ...withoutPlace(parsed.accepted), warnings: parsed.warnings }
          : parsed;
      });
      expect(read.map((values) => values && { ...withoutPlace(values), warnings: [] })).toEqual(expected);
    }),
    { numRuns: CASES },
  );
  // Of records that are all taken for odd, nothing would be said above.
  expect(plain).toBeGreaterThan(records / 4);
}, 120_000);

describe("an ordinary record is plain", () => {
  const header = CONTRACTS.transactions.columns.map(({ name }) => name);
  const columns = columnsOf("transactions", header);
  const isPlain = (changes: Readonly<Record<string, string>>, rules = IN_UTC): boolean => {
    const { reader } = openReader(columns, ",", rules);
    const values = { ...TRANSACTION, ...changes };
    const record = Buffer.from(
      header.map((name) => writtenField(values[name] ?? "", "needed", ",")).join(","),
    );
    return reader.read(record, 0, record.length);
  };

  test.each<[string, string]>([
    ["id", "99999999999999"],
    ["product_name", 'The "Long Thistle", blue'],
    ["product_name", "  Dinner menu "],
    ["product_name", "two\nlines"],
    ["product_sku", "3770009015048.0"],
    ["category_name", ""],
    ["amount", "0"],
    ["amount", "749.5"],
    ["amount", "99999999999.99"],
    ["status", "cancelled"],
    ["card_number", ""],
    ["card_number", "411111111111"],
    ["card_number", "4111-1111-1111-1111"],
    ["created_at", "2/3/2024 8:10:46"],
    ["created_at", "02.29.2024 08:10:46"],
    ["created_at", "2024-02-29 8:10:46"],
    ["happened_at", "2024-02-29T23:59:59"],
  ])("with the %s %j", (column, text) => {
    expect(isPlain({ [column]: text })).toBe(true);
  });

  test.each<[string, string]>([
    ["id", "007"],
    ["id", "100000000000000"],
    ["device_id", "0"],
    ["amount", "0749"],
    ["amount", "7.505"],
    ["amount", "411111111111"],
    ["status", "Accepted"],
    ["card_number", " "],
    ["card_number", "41111111111"],
    ["card_number", "4111 1111 1111 1111 1111"],
    ["product_name", "Gift 4111111111111111"],
    ["product_sku", ""],
    ["created_at", "02/30/2024 8:10:46"],
    ["created_at", "2024-02-13T18:59:12Z"],
    ["created_at", "02/13/2024 18:59:12.5"],
    ["happened_at", "13/02/2024 18:59:12"],
    ["happened_at", "01/01/1970 0:00:00"],
  ])("but not with the %s %j", (column, text) => {
    expect(isPlain({ [column]: text })).toBe(false);
  });

  test("whose texts are long, up to a limit", () => {
    const long = (length: number) => ({ product_name: "é".repeat(length), category_name: "字".repeat(600) });
    expect(isPlain(long(900))).toBe(true);
    expect(isPlain(long(1_000))).toBe(true);
    expect(isPlain({ ...long(1_000), category_name: "字".repeat(1_000) })).toBe(false);
  });

  test("in local time too, but where a clock change skips or repeats it", () => {
    const inParis = {
      ...IN_UTC,
      timestamps: { ...IN_UTC.timestamps, localTime: localTimeIn("Europe/Paris") },
    };
    expect(isPlain({ happened_at: "03/27/2022 1:59:59" }, inParis)).toBe(true);
    expect(isPlain({ happened_at: "03/27/2022 2:30:00" }, inParis)).toBe(false);
    expect(isPlain({ happened_at: "10/30/2022 2:30:00" }, inParis)).toBe(false);
  });
});

describe("labels that records are read under", () => {
  const LABEL = ["product_sku", "product_name", "category_name"] as const;
  const OTHERS = Object.keys(TRANSACTION).filter((name) => !LABEL.some((ofLabel) => ofLabel === name));

  /** Records of one file, read one after another: each under the label that fast-csv reads, equal ones under one. */
  async function expectLabels(header: readonly string[], delimiter: string, records: readonly string[]) {
    const columns = columnsOf("transactions", header);
    const bytes = Buffer.from(records.map((record) => `${record}\n`).join(""));
    const { reader } = openReader(columns, delimiter, IN_UTC);
    let end = -1;
    const read = records.flatMap((record) => {
      const start = end + 1;
      end = start + Buffer.byteLength(record);
      return reader.read(bytes, start, end) ? [{ text: `${record}\n`, label: reader.label }] : [];
    });
    if (read.length === 0) return 0;
    const rows = await parseFramedText(read.map(({ text }) => text).join(""), delimiter);
    const said = rows.map((row) => LABEL.map((name) => row[header.indexOf(name)]?.trim()));
    const found = read.map(({ label }) => [label?.productSku, label?.productName, label?.categoryName]);
    expect(found).toEqual(said);
    const labels = new Set(read.map(({ label }) => label)).size;
    expect(labels).toBe(new Set(said.map((texts) => JSON.stringify(texts))).size);
    return labels;
  }

  /** Every text of so many characters or fewer. */
  function textsOf(characters: string, longest: number): string[] {
    const texts = [""];
    for (let at = 0; (texts[at] ?? "").length < longest; at += 1) {
      for (const character of characters) texts.push(`${texts[at] ?? ""}${character}`);
    }
    return texts;
  }

  const orders = fc.constantFrom<readonly string[]>(
    ["product_name", "product_sku", "category_name"],
    ["category_name", "product_name", "product_sku"],
    ["product_sku", "till", "product_name", "category_name"],
    ["product_name", "product_sku", "status", "category_name"],
  );
  const headers = fc.tuple(orders, fc.boolean()).map(([order, isFirst]) => {
    const others = OTHERS.filter((name) => !order.includes(name));
    return isFirst ? [...order, ...others] : [...others, ...order];
  });
  // What ends or begins a field, or a key made of fields, stands inside them; `~` is for the delimiter.
  const unit = fc.constantFrom(...'ab 1"~'.split(""), '"a', '" ', "1 a", "0 ", '"~"');
  const text = fc.array(unit, { maxLength: 4 }).map((pieces) => pieces.join(""));
  const written = fc.tuple(text, quotings);
  const labels = fc.array(fc.tuple(written, written, written), { minLength: 2, maxLength: 7 });

  test("say what stands in the file, whatever that is and what stands beside it", async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(headers, delimiters, labels, async (header, delimiter, list) => {
        const records = list.map((fields) => {
          const ofLabel = fields.map(([value, quoting], at) => [
            LABEL[at],
            writtenField(value.replaceAll("~", delimiter), quoting, delimiter),
          ]);
          const values = { ...TRANSACTION, till: "", ...Object.fromEntries(ofLabel) } as Values;
          return header.map((name) => values[name] ?? "").join(delimiter);
        });
        found += await expectLabels(header, delimiter, records);
      }),
      { numRuns: CASES / 4 },
    );
    expect(found).toBeGreaterThan(CASES / 4);
  }, 120_000);

  test.each([true, false])(
    "are told apart by their first and last quotes too, where all other bytes are the same (first columns: %s)",
    async (areFirst) => {
      const label = ["product_name", "category_name", "product_sku"];
      const header = areFirst ? [...label, ...OTHERS] : [...OTHERS, ...label];
      const others = OTHERS.map((name) => TRANSACTION[name] ?? "").join("|");
      const written = textsOf('a|"', 8).flatMap((raw) => [raw, `"${raw}`, `${raw}"`, `"${raw}"`]);
      const records = written.map((raw) => (areFirst ? `${raw}|${others}` : `${others}|${raw}`));
      expect(await expectLabels(header, "|", records)).toBeGreaterThan(300);
    },
  );

  test("are told apart by where one text ends and the next begins, where they do not stand side by side", async () => {
    const between = OTHERS.map((name) => TRANSACTION[name] ?? "").join("|");
    const header = ["product_name", "product_sku", ...OTHERS, "category_name"];
    const records = textsOf("a1 ", 5).flatMap((text) =>
      textsOf("|", text.length).flatMap(({ length: first }) =>
        textsOf("|", text.length - first).map(({ length: second }) =>
          [text.slice(0, first), text.slice(first, first + second), between, text.slice(first + second)].join(
            "|",
          ),
        ),
      ),
    );
    expect(await expectLabels(header, "|", records)).toBeGreaterThan(300);
  });
});
