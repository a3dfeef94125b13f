import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { ndjson } from "../../../../src/sources/carriers/ndjson.ts";
import { READ_BYTES } from "../../../../src/sources/fileBytes.ts";
import { cutLists, inReads } from "../writtenFiles.ts";
import { readRecords } from "../readRecords.ts";

/** The text of NDJSON that comes in these reads. */
async function textOf(reads: readonly Buffer[]): Promise<Buffer> {
  const blocks: Buffer[] = [];
  const bytes = async function* read() {
    for (const one of reads) yield await Promise.resolve(Buffer.from(one));
  };
  const ignore = (): undefined => undefined;
  const source = { bytes, handle: undefined, count: ignore, unpackLimit: () => ignore, fits: () => true };
  for await (const block of ndjson.text(source)) blocks.push(block);
  return Buffer.concat(blocks);
}
const whole = async (text: string | Buffer): Promise<string> =>
  (await textOf([Buffer.from(text)])).toString();

interface ReadLine {
  readonly line: number;
  readonly fields?: readonly string[];
  readonly reason?: string;
}

/** The text's records, as they are read behind its header. */
async function recordsOf(text: Buffer): Promise<ReadLine[]> {
  const headerEnd = text.indexOf("\n") + 1;
  const header = text.toString("utf8", 0, headerEnd - 1).split(",");
  const body = async function* read() {
    yield await Promise.resolve(text.subarray(headerEnd));
  };
  const records: ReadLine[] = [];
  const rules = { dialect: { delimiter: ",", header }, linesBefore: 0, maxRecordBytes: 1 << 20 } as const;
  for await (const block of readRecords(body(), rules)) records.push(...block.records);
  return records;
}

const DEVICE = (id: number): string => `{"id":${id},"type":1,"store_id":1}`;

describe("NDJSON becomes CSV", () => {
  test("with the keys of its objects for a header, in the order in which they come first", async () => {
    expect(await whole('{"id":1}\n{"store_id":2,"type":3}\n{"type":4,"id":5,"note":6}')).toBe(
      "id,store_id,type,note\n1,,,\n,2,3,\n5,,4,\n",
    );
  });

  test("line for line, blank ones too, with LF or CRLF", async () => {
    expect(await whole(`${DEVICE(1)}\r\n\n \n${DEVICE(2)}\n`)).toBe("id,type,store_id\n1,1,1\n\n\n2,1,1\n");
  });

  test("with an end behind a last object that has none, and with none behind anything else", async () => {
    expect(await whole(`${DEVICE(1)}\n${DEVICE(2)}`)).toBe("id,type,store_id\n1,1,1\n2,1,1\n");
    expect(await whole(`${DEVICE(1)}\n  `)).toBe("id,type,store_id\n1,1,1\n");
    const cut = await whole(`${DEVICE(1)}\n{"id":2,"ty`);
    expect(cut.startsWith("id,type,store_id\n1,1,1\n")).toBe(true);
    expect(cut.endsWith("\n")).toBe(false);
  });

  test("with quotes where a value asks for them, and on one line whatever a value holds", async () => {
    const sale = (name: string) => JSON.stringify({ id: 1, type: "1", store_id: name });
    const text = await textOf([
      Buffer.from([sale('a,"b'), sale("one\r\ntwo\n1,1,1\n"), sale("\u0001\u0000"), DEVICE(4)].join("\n")),
    ]);
    expect(text.toString("latin1").trimEnd().split("\n")).toHaveLength(5);
    expect(await recordsOf(text)).toEqual([
      { line: 1, fields: ["1", "1", 'a,"b'] },
      { line: 2, fields: ["1", "1", "one\r\ntwo\n1,1,1\n"] },
      { line: 3, fields: ["1", "1", "\u0001\u0000"] },
      { line: 4, fields: ["4", "1", "1"] },
    ]);
  });

  test("with what is no record rejected on its line, and the others read", async () => {
    const lines = [
      DEVICE(1),
      "oops",
      '{"id":2,"type":[],"store_id":1}',
      '{"id":3,"id":4}',
      "\xff",
      DEVICE(6),
    ];
    const records = await recordsOf(await textOf([Buffer.from(lines.join("\n"), "latin1")]));
    expect(records.map(({ line, reason }) => [line, reason])).toEqual([
      [1, undefined],
      [2, "no_json_object"],
      [3, "nested_value"],
      [4, "repeated_field"],
      [5, "invalid_encoding"],
      [6, undefined],
    ]);
  });

  test("with values of columns that nobody reads left out, and no more than a hundred of them named", async () => {
    const keys = Array.from({ length: 300 }, (_, index) => `extra ${index}`);
    const wide = JSON.stringify(Object.fromEntries([...keys, "id"].map((key) => [key, "1"])));
    const [header = "", record = ""] = (await whole(`${wide}\n${DEVICE(2)}\n`)).split("\n");
    expect(header.split(",")).toEqual([...keys.slice(0, 100), "id", "type", "store_id"]);
    expect(record).toBe(`${",".repeat(100)}1,,`);
  });

  test("with a field that first comes behind the first megabyte rejected where it is read, and ignored where not", async () => {
    const before = `${DEVICE(1)}\n`.repeat(READ_BYTES / DEVICE(1).length);
    const rest = '{"id":1,"type":1,"store_id":1,"note":1}\n{"ID":2,"type":1,"store_id":1}\n';
    const records = await recordsOf(await textOf([Buffer.from(before + rest)]));
    expect(records.slice(-2)).toMatchObject([{ fields: ["1", "1", "1"] }, { reason: "late_field" }]);
  });

  test("with a line of millions of escapes read as any other", async () => {
    const escapes = '{"id":1,"type":1,"store_id":"' + "\\n".repeat(500_000) + '"}';
    const records = await recordsOf(await textOf([Buffer.from([DEVICE(1), escapes, DEVICE(3)].join("\n"))]));
    expect(records).toMatchObject([
      { line: 1 },
      { line: 2, fields: ["1", "1", expect.any(String)] },
      { line: 3 },
    ]);
  });

  test("with a line that is too long rejected, and those around it read", async () => {
    const long = Buffer.concat([Buffer.from('{"id":"'), Buffer.alloc(20 << 20, "4"), Buffer.from('"}')]);
    const bytes = Buffer.concat([Buffer.from(`${DEVICE(1)}\n`), long, Buffer.from(`\n${DEVICE(3)}\n`)]);
    const text = await textOf(
      inReads(
        bytes,
        Array.from({ length: 20 }, (_, read) => (read + 1) << 20),
      ),
    );
    expect(text.length).toBeLessThan(2_000);
    expect((await recordsOf(text)).map(({ line, reason }) => [line, reason])).toEqual([
      [1, undefined],
      [2, "record_too_long"],
      [3, undefined],
    ]);
  });

  test("with a line longer than a megabyte rejected, be it in one read or in two", async () => {
    const long = `{"id":"${"4".repeat(1 << 20)}"}\n`;
    const bytes = Buffer.from(`${DEVICE(1)}\n${long}${DEVICE(3)}\n`);
    const text = await textOf([bytes]);
    expect(text.length).toBeLessThan(2_000);
    expect(await textOf(inReads(bytes, [1 << 19]))).toEqual(text);
    expect((await recordsOf(text)).map(({ reason }) => reason)).toEqual([
      undefined,
      "record_too_long",
      undefined,
    ]);
  });
});

test("the text does not depend on where reads are cut, and grows as its file does", async () => {
  const line = fc.oneof(
    fc
      .record({ id: fc.nat(), type: fc.nat(9), store_id: fc.string() })
      .map((object) => JSON.stringify(object)),
    fc.constantFrom("", " ", "oops", "[1]", '{"id":1', DEVICE(1), `${DEVICE(1)}\r`),
    fc.string().map((text) => text.replaceAll("\n", " ")),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 8 }), cutLists, fc.nat(), async (lines, cuts, more) => {
      const bytes = Buffer.from([DEVICE(1), ...lines].join("\n"));
      const text = await textOf([bytes]);
      expect(await textOf(inReads(bytes, cuts))).toEqual(text);
      // Cut behind a line, the text of the beginning is the beginning of the text.
      const ends = [...bytes.entries()].flatMap(([place, byte]) => (byte === 0x0a ? [place + 1] : []));
      const end = ends[more % Math.max(1, ends.length)];
      if (end === undefined) return;
      const before = await textOf([bytes.subarray(0, end)]);
      expect(text.subarray(0, before.length)).toEqual(before);
    }),
  );
});

describe("NDJSON is told", () => {
  test.each([
    [`${DEVICE(1)}\n`, true],
    [`\ufeff \n${DEVICE(1)}`, true],
    [`{"id":1,\n${DEVICE(2)}\n`, true],
    ["{\n", false],
    ['{"id":1', false],
    ["{}\n", false],
    [`[${DEVICE(1)}]`, false],
    ["id,type,store_id\n", false],
    ["", false],
  ])("by its first brace and an object on a line: %j", (text, isOne) => {
    expect(ndjson.isBegunBy(Buffer.from(text), true)).toBe(isOne);
  });

  test("by whole lines only, where more follows", () => {
    expect(ndjson.isBegunBy(Buffer.from(DEVICE(1)), false)).toBe(false);
    expect(ndjson.isBegunBy(Buffer.from(`${DEVICE(1)}\n{"id"`), false)).toBe(true);
  });
});
