import { describe, expect, test } from "@jest/globals";
import { frameRecords } from "../../../src/sources/frameRecords.ts";
import { readBlock, type RecordSink } from "../../../src/sources/readBlock.ts";

const SHAPE = { delimiter: ",", fieldCount: 2 };

/** A block of records that begins on line 10. */
function blockOf(text: string | Buffer) {
  const bytes = Buffer.from(text as string);
  const rules = { delimiter: 0x2c, fieldCount: SHAPE.fieldCount, maxRecordBytes: 1 << 20 };
  return { bytes, frames: frameRecords(bytes, true, rules).frames, line: 10 };
}

/** Reads a block; what is given is told in its order, and `isTaken` decides what is taken where it stands. */
async function read(
  text: string | Buffer,
  isTaken: (record: string) => boolean = () => false,
  from?: number,
  to?: number,
) {
  const offered: string[] = [];
  const given: string[] = [];
  const sink: RecordSink = {
    plain: (bytes, start, end, line) => {
      const record = bytes.toString("utf8", start, end);
      offered.push(`${line}: ${record}`);
      return isTaken(record);
    },
    fields: (fields, line) => {
      given.push(`${line}: ${fields.join(" & ")}`);
    },
    broken: ({ reason }, _text, line) => {
      given.push(`${line}: ${reason}`);
    },
  };
  await readBlock(blockOf(text), SHAPE, sink, from, to);
  return { offered, given };
}

describe("the records of a block", () => {
  test("are given as fields, each with its line, those that take fast-csv after the others", async () => {
    const { given } = await read('1,a\n2, "b"\n"3","c"\n4,"d\ne"\n5,"f""g"\n6 , "h\n""i"\n7,j\n');
    expect(given).toEqual([
      "10: 1 & a",
      "12: 3 & c",
      "13: 4 & d\ne",
      '15: 5 & f"g',
      "18: 7 & j",
      "11: 2 & b",
      '16: 6  & h\n"i',
    ]);
  });

  test("are counted where they stand when they have too few fields or too many, whatever stands in those", async () => {
    const { given } = await read(`1,a\n2\n3,b,c\n4,d,${' "x",'.repeat(3)}\n5, "e"\n6,f\n`);
    expect(given).toEqual([
      "10: 1 & a",
      "11: column_count",
      "12: column_count",
      "13: column_count",
      "15: 6 & f",
      "14: 5 & e",
    ]);
  });

  test("are all given, however many of them take fast-csv", async () => {
    const lines = Array.from({ length: 1_201 }, (_, index) => index + 1);
    const { given } = await read(lines.map((line) => `${line}, "b"\n`).join(""));
    expect(given).toEqual(lines.map((line) => `${line + 9}: ${line} & b`));
  });

  test("are offered where they stand first, and those that are taken are given to nobody else", async () => {
    const { offered, given } = await read("1,a\n2,b\n3,c,d\n", (record) => record.startsWith("1"));
    expect(offered).toEqual(["10: 1,a", "11: 2,b", "12: 3,c,d"]);
    expect(given).toEqual(["11: 2 & b", "12: column_count"]);
  });

  test("are not offered where they are broken, or no UTF-8", async () => {
    const latin1 = Buffer.concat([Buffer.from('1,"a\n2,"b"c\n3,'), Buffer.from("é\n4,d\n", "latin1")]);
    const { offered, given } = await read(latin1, () => true);
    expect(offered).toEqual(["13: 4,d"]);
    expect(given).toEqual(["10: unclosed_quote", "11: stray_quote", "12: invalid_encoding"]);
  });

  test("may be read in parts", async () => {
    const text = '1,a\n2, "b"\n3,c\n4,d\n';
    expect((await read(text, undefined, 0, 2)).given).toEqual(["10: 1 & a", "11: 2 & b"]);
    expect((await read(text, undefined, 2)).given).toEqual(["12: 3 & c", "13: 4 & d"]);
    expect(await read(text, undefined, 2, 2)).toEqual({ offered: [], given: [] });
  });
});
