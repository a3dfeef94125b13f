import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { DELIMITERS } from "../../../src/sources/dialect.ts";
import { frameRecords } from "../../../src/sources/frameRecords.ts";
import { parseFramedText } from "../../../src/sources/parseFramedText.ts";
import {
  NOT_PLAIN,
  plainText,
  splitPlainRecord,
  TOO_MANY_FIELDS,
} from "../../../src/sources/splitPlainRecord.ts";
import { CASES } from "./cases.ts";
import { framesOf } from "./framesOf.ts";

const rules = (delimiter: string) => ({
  delimiter: delimiter.charCodeAt(0),
  fieldCount: 0,
  maxRecordBytes: 1 << 20,
});

function split(record: string, delimiter = ","): string[] | undefined {
  const bytes = Buffer.from(record);
  const bounds = new Int32Array(64);
  const fields = splitPlainRecord(bytes, 0, bytes.length, delimiter.charCodeAt(0), bounds);
  if (fields === NOT_PLAIN) return undefined;
  return Array.from({ length: fields }, (_unused, field) =>
    plainText(bytes, bounds[2 * field] ?? NaN, bounds[2 * field + 1] ?? NaN),
  );
}

describe("a plain record is taken apart", () => {
  test.each<[string, string[]]>([
    ["a,b,c", ["a", "b", "c"]],
    ['"a","b,b",c', ["a", "b,b", "c"]],
    ["a,,", ["a", "", ""]],
    [",", ["", ""]],
    ['"",x', ["", "x"]],
    ["é,日本", ["é", "日本"]],
    ['a,"b""b",c', ["a", 'b"b', "c"]],
    ['"""",""""""', ['"', '""']],
    ['"a"",""b"', ['a","b']],
    ['"a\nb",c', ["a\nb", "c"]],
  ])("%s", (record, fields) => {
    expect(split(record)).toEqual(fields);
  });

  test.each(['a,b"b,c', 'a,b""b,c', 'a, "b",c', '"a" ,b', '"a', '"a"b,c', '"a"",b', '""a,b'])(
    "but not %s",
    (record) => {
      expect(split(record)).toBeUndefined();
    },
  );

  test("into no more fields than there is room for", () => {
    const record = Buffer.from("a,b,c");
    expect(splitPlainRecord(record, 0, record.length, 0x2c, new Int32Array(4))).toBe(TOO_MANY_FIELDS);
  });
});

test("whatever is plain, fast-csv reads the same, but for spaces that every field is trimmed of", async () => {
  const pieces = fc.array(
    fc.oneof(
      fc.constantFrom("a", "7", " ", '"', '""', ",", "\n", "\t", "é", "\ufeff", "|", ";", "."),
      fc.constantFrom(',"', '",', '","', '"a""b"', ',"""",', '"\n"'),
    ),
    { minLength: 1, maxLength: 24 },
  );
  await fc.assert(
    fc.asyncProperty(pieces, fc.constantFrom(...DELIMITERS), async (list, delimiter) => {
      const bytes = Buffer.from(list.join("").replaceAll(",", delimiter));
      for (const { start, end, reason } of framesOf(frameRecords(bytes, true, rules(delimiter)).frames)) {
        const record = bytes.toString("utf8", start, end);
        const fields = reason === null ? split(record, delimiter) : undefined;
        // No contract has one column only; of such records fast-csv takes white space alone for nothing.
        if (fields === undefined || fields.length === 1) continue;
        const [row] = await parseFramedText(`${record}\n`, delimiter);
        expect(fields.map((field) => field.trim())).toEqual(row?.map((field) => field.trim()));
      }
    }),
    { numRuns: CASES },
  );
});
