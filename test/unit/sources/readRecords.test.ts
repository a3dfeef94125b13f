import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { readDialect } from "../../../src/sources/dialect.ts";
import { holdsStrictRecord } from "../corpora/strictRecords.ts";
import { CASES } from "./cases.ts";
import { readRecords, type RawRecord, type RecordBlock } from "./readRecords.ts";
import { asText, cutLists, inReads, recordLists, writeFile, writings } from "./writtenFiles.ts";

const HEADER = ["id", "name", "city", "country", "typology"];

interface Reading {
  records: RawRecord[];
  blocks: RecordBlock[];
}

async function read(
  reads: readonly Buffer[],
  { delimiter = ",", header = HEADER.slice(0, 3), linesBefore = 0, maxRecordBytes = 1 << 20 } = {},
): Promise<Reading> {
  async function* source() {
    yield* reads;
  }
  const dialect = { delimiter: delimiter as ",", header };
  const blocks: RecordBlock[] = [];
  for await (const block of readRecords(source(), { dialect, linesBefore, maxRecordBytes })) {
    blocks.push(block);
  }
  return { records: blocks.flatMap((block) => block.records), blocks };
}

const readText = async (text: string, rules = {}) => (await read([Buffer.from(text)], rules)).records;

/** A record's number of physical lines. Broken quotes cost one; a record that is not UTF-8 may have had several. */
function linesOf(record: RawRecord): number {
  if ("reason" in record && record.reason !== "invalid_encoding") return 1;
  const text = "fields" in record ? record.fields.join("") : record.text;
  return text.split(/\r\n|\r|\n/).length;
}

/** What is left of reads after so many bytes. */
function after(bytes: number, reads: readonly Buffer[]): Buffer[] {
  let before = bytes;
  return reads.flatMap((read) => {
    const rest = read.subarray(before);
    before = Math.max(0, before - read.length);
    return rest.length === 0 ? [] : [rest];
  });
}

describe("a file in any dialect", () => {
  test("reads back as the records that were written, each with its physical line", async () => {
    await fc.assert(
      fc.asyncProperty(recordLists, writings, cutLists, async (records, writing, cuts) => {
        const header = HEADER.slice(0, records[0]?.length);
        const { bytes, lines, rows } = writeFile(header, records, writing);
        fc.pre(!rows.some((row) => holdsStrictRecord(row, writing.delimiter, header.length)));
        const text = asText(inReads(bytes, cuts), writing.encoding);
        const dialect = await readDialect(Buffer.concat(text), true);
        if ("refusal" in dialect) throw new Error(dialect.refusal);
        expect(dialect.header).toEqual(header);
        expect(dialect.delimiter).toBe(writing.delimiter);
        const body = after(dialect.headerBytes, text);
        const reading = await read(body, { ...dialect, header, linesBefore: dialect.headerLines });
        expect(reading.records).toEqual(records.map((fields, index) => ({ line: lines[index], fields })));
        const { unterminated } = reading.blocks.at(-1) ?? {};
        expect(unterminated).toBe(!writing.finalLineEnd);
      }),
      { numRuns: CASES },
    );
  }, 120_000);
});

describe("any bytes at all", () => {
  const pieces = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '"',
          '"',
          ",",
          ";",
          "\t",
          "\r",
          "\n",
          "\r\n",
          " ",
          "a",
          '""',
          '"\n',
          ',"',
          '",',
          "1,2,3\n",
        ),
        fc.constantFrom("\0", "é", "\u00a0", "\v", "\ufeff", "longer than five"),
        fc.constant(Buffer.from([0xff])),
      ),
      { maxLength: 24 },
    )
    .map((list) => Buffer.concat(list.map((piece) => Buffer.from(piece))));
  const delimiters = fc.constantFrom(",", ";", "\t");
  const limits = fc.constantFrom(5, 12, 30, 1 << 20);

  test("come out as blocks that join up to the same bytes, every line in one record or blank", async () => {
    await fc.assert(
      fc.asyncProperty(
        pieces,
        cutLists,
        delimiters,
        limits,
        async (bytes, cuts, delimiter, maxRecordBytes) => {
          const { records, blocks } = await read(inReads(bytes, cuts), { delimiter, maxRecordBytes });
          expect(Buffer.concat(blocks.map((block) => block.bytes))).toEqual(bytes);
          const lines = bytes.toString("latin1").split(/\r\n|\r|\n/);
          if (lines.at(-1) === "") lines.pop();
          expect(blocks.reduce((sum, block) => sum + block.lines, 0)).toBe(lines.length);
          const taken = new Array<number>(lines.length).fill(0);
          for (const record of records) {
            for (let line = record.line; line < record.line + linesOf(record); line += 1) {
              taken[line - 1] = (taken[line - 1] ?? NaN) + 1;
            }
          }
          const blank = delimiter === "\t" ? /^ *$/ : /^[ \t]*$/;
          const wrong = lines.filter(
            (line, index) => taken[index] !== 1 && !(taken[index] === 0 && blank.test(line)),
          );
          expect(wrong).toEqual([]);
        },
      ),
      { numRuns: CASES },
    );
  });

  test("give the same records wherever reads are cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        pieces,
        cutLists,
        delimiters,
        limits,
        async (bytes, cuts, delimiter, maxRecordBytes) => {
          const rules = { delimiter, maxRecordBytes };
          const whole = await read([bytes], rules);
          const cut = await read(inReads(bytes, cuts), rules);
          const told = ({ records }: Reading) =>
            records.map((record) => ("reason" in record ? { ...record, text: "" } : record));
          expect(told(cut)).toEqual(told(whole));
        },
      ),
      { numRuns: CASES },
    );
  });
});

describe("a quote out of place", () => {
  test.each([
    ["stray", 'x"y', "stray_quote"],
    ["after a closing quote", '"x"y', "stray_quote"],
    ["never closed", '"xy', "unclosed_quote"],
  ])("costs its own line only: %s", async (_, field, reason) => {
    const records = await readText(`1,a,b\n2,${field},c\n3,"d\n""e""",f\n4,"g",h\n`);
    expect(records).toEqual([
      { line: 1, fields: ["1", "a", "b"] },
      { line: 2, reason, text: `2,${field},c` },
      { line: 3, fields: ["3", 'd\n"e"', "f"] },
      { line: 5, fields: ["4", "g", "h"] },
    ]);
  });

  test("in every line costs every line", async () => {
    const records = await readText('1,"x\n'.repeat(1000));
    expect(records.map((record) => record.line)).toEqual(
      Array.from({ length: 1000 }, (_, index) => index + 1),
    );
    expect(records.every((record) => "reason" in record && record.reason === "unclosed_quote")).toBe(true);
  });
});

describe("a line in quotes that would be a record of its own", () => {
  test("puts all lines of the record in doubt: none of them is read, and the ones after it are", async () => {
    expect(await readText('1,a,"b\n2,c,d\n\n3,e,"\n4,f,g\n')).toEqual([
      { line: 1, reason: "record_in_quotes", text: '1,a,"b' },
      { line: 2, reason: "record_in_quotes", text: "2,c,d" },
      { line: 4, reason: "record_in_quotes", text: '3,e,"' },
      { line: 5, fields: ["4", "f", "g"] },
    ]);
  });

  test("is one with as many fields as the header only", async () => {
    const text = "b\n2,c\n2,c,d,e\n";
    expect(await readText(`1,a,"${text}"\n`)).toEqual([{ line: 1, fields: ["1", "a", text] }]);
  });
});

describe("a line that is too long", () => {
  const long = (length: number) => `1,2,${"x".repeat(length - 4)}`;

  test.each(["\n", "\r\n", "\r"])(
    "is one reject, and the lines around it load (line end %j)",
    async (end) => {
      const bytes = Buffer.from(`1,a,b${end}${long(500)}${end}3,c,d${end}`);
      for (const size of [1, 7, 64, 1000]) {
        const cuts = Array.from({ length: Math.floor(bytes.length / size) }, (_, index) => index * size);
        const { records, blocks } = await read(inReads(bytes, cuts), { maxRecordBytes: 100 });
        expect(records).toMatchObject([
          { line: 1, fields: ["1", "a", "b"] },
          { line: 2, reason: "record_too_long" },
          { line: 3, fields: ["3", "c", "d"] },
        ]);
        expect(blocks.reduce((sum, block) => sum + block.lines, 0)).toBe(3);
      }
    },
  );

  test("counts as a line at the end of a file too", async () => {
    const { records, blocks } = await read([Buffer.from(long(500))], { maxRecordBytes: 100 });
    expect(records).toMatchObject([{ line: 1, reason: "record_too_long" }]);
    expect(blocks.reduce((sum, block) => sum + block.lines, 0)).toBe(1);
  });

  test("never ends a block that has records in its middle: reading may go on after any of those", async () => {
    const bytes = Buffer.from(`1,a,b\n${long(5_000)}\n3,c,d\n`);
    const cuts = Array.from({ length: 500 }, (_, index) => index * 10);
    const { blocks } = await read(inReads(bytes, cuts), { maxRecordBytes: 100 });
    let position = 0;
    for (const block of blocks) {
      position += block.bytes.length;
      if (block.records.length > 0) expect(bytes[position - 1]).toBe(0x0a);
    }
    expect(blocks.filter((block) => block.records.length > 0)).toHaveLength(3);
  });

  test("is held in memory no further than the limit", async () => {
    const reads = Array.from({ length: 200 }, () => Buffer.alloc(100, "x"));
    const { blocks } = await read(reads, { maxRecordBytes: 1_000 });
    expect(Math.max(...blocks.map((block) => block.bytes.length))).toBeLessThanOrEqual(1_100);
  });

  test("is one byte longer than the limit, whatever ends it", async () => {
    for (const end of ["\n", "\r\n", "\r", ""]) {
      const rules = { maxRecordBytes: 100 };
      expect(await readText(long(100) + end, rules)).toEqual([
        { line: 1, fields: ["1", "2", "x".repeat(96)] },
      ]);
      expect(await readText(long(101) + end, rules)).toMatchObject([{ line: 1, reason: "record_too_long" }]);
    }
  });

  test("is told from a record over several lines, which costs its first line", async () => {
    const text = `1,2,"${"x".repeat(40)}\n${"y".repeat(40)}\n${"z".repeat(40)}"\n2,b,c\n`;
    expect(await readText(text, { maxRecordBytes: 100 })).toMatchObject([
      { line: 1, reason: "unclosed_quote" },
      { line: 2, reason: "column_count" },
      { line: 3, reason: "stray_quote" },
      { line: 4, fields: ["2", "b", "c"] },
    ]);
  });
});

describe("a file that ends inside a record", () => {
  const endOf = async (text: string) => {
    const { records, blocks } = await read([Buffer.from(text)]);
    const last = blocks.at(-1);
    return { records: records.length, unterminated: last?.unterminated, bytes: last?.bytes.toString() };
  };

  test.each([
    ["with LF", "1,a,b\n2,c,d\n", false, "1,a,b\n2,c,d\n"],
    ["with CR", "1,a,b\r2,c,d\r", false, "2,c,d\r"],
    ["with a broken line", '1,a,b\n2,"c"x,d\n', false, '1,a,b\n2,"c"x,d\n'],
    ["without a line end", "1,a,b\n2,c,d", true, "2,c,d"],
    ["with white space", "1,a,b\n  ", true, "  "],
    ["in a quoted field", '1,a,b\n2,c,"d', true, '2,c,"d'],
    ["in a later line of a quoted field", '1,a,b\n2,c,"d\ne', true, '2,c,"d\ne'],
    ["behind a line end in a quoted field", '1,a,b\n2,c,"d\n', true, '2,c,"d\n'],
  ])("is told from one that ends where a record does: %s", async (_, text, unterminated, bytes) => {
    expect(await endOf(text)).toMatchObject({ unterminated, bytes });
  });

  test("gives all whole records before it in other blocks, wherever it is cut", async () => {
    const settled = '1,a,b\n2,"c\nd",e\n';
    for (const rest of ["3", "3,f,g", '3,"f', '3,"f\n', '3,"f\ng",', '3,"f\ng",h']) {
      const { blocks } = await read([Buffer.from(settled + rest)]);
      expect(blocks.map((block) => block.bytes.toString())).toEqual([settled, rest]);
      expect(blocks.map((block) => block.unterminated)).toEqual([false, true]);
    }
  });
});

test("only the record that is not UTF-8 is rejected", async () => {
  const { records } = await read([
    Buffer.from("1,é,a\n2,", "utf8"),
    Buffer.from("é,b\n", "latin1"),
    Buffer.from("3,é,c\n"),
  ]);
  expect(records).toMatchObject([
    { fields: ["1", "é", "a"] },
    { line: 2, reason: "invalid_encoding" },
    { line: 3, fields: ["3", "é", "c"] },
  ]);
});

test("records with too few or too many fields are rejected, never padded or cut", async () => {
  expect(await readText("1,a\n2,a,b\n3,a,b,c\n")).toMatchObject([
    { line: 1, reason: "column_count" },
    { line: 2, fields: ["2", "a", "b"] },
    { line: 3, reason: "column_count" },
  ]);
});

test("a byte order mark inside a file belongs to its field, wherever reads are cut", async () => {
  const text = "1,a,b\n\ufeff2,c,d\n";
  const fields = ["\ufeff2", "c", "d"];
  expect(await readText(text)).toMatchObject([{}, { fields }]);
  expect((await read([Buffer.from("1,a,b\n"), Buffer.from("\ufeff2,c,d\n")])).records).toMatchObject([
    {},
    { fields },
  ]);
});
