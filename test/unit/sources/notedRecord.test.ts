import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { noteOf, notedRecord } from "../../../src/sources/notedRecord.ts";

const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom('"', "\n", "\r", "\\", "\u0001", "\u0000", ","),
    fc.string({ maxLength: 1 }),
  ),
});

test("a note says what was noted, on a line without quotes", () => {
  fc.assert(
    fc.property(fc.array(anyText), (fields) => {
      const note = noteOf({ fields });
      expect([0x0a, 0x0d, 0x22].some((byte) => note.includes(byte))).toBe(false);
      const padded = Buffer.concat([Buffer.from("1,2\n"), note, Buffer.from("\n3,4")]);
      expect(notedRecord(padded, 4, 4 + note.length)).toEqual({ fields });
    }),
  );
});

test("of what is rejected a note holds the reason, and no more than its beginning", () => {
  const rejected = { reason: "nested_value", column: "id" } as const;
  const note = noteOf({ rejected, text: `{"id":[1],${"x".repeat(10_000)}` });
  expect(note.length).toBeLessThan(500);
  expect(notedRecord(note, 0, note.length)).toEqual({
    rejected,
    text: expect.stringMatching(/^\{"id":\[1\],x{50,}/),
  });
});

test.each([
  "",
  "1,2,3",
  "\xff",
  "\xff1,2,3",
  "\xff{}",
  "\xff[1]",
  "\xffnull",
  "\xff{\u0001fields\u0001:[1]}",
  "\xff{\u0001rejected\u0001:{\u0001reason\u0001:\u0001new\u0001,\u0001column\u0001:null},\u0001text\u0001:\u0001\u0001}",
])("a line that is none says nothing: %j", (line) => {
  const bytes = Buffer.from(line, "latin1");
  expect(notedRecord(bytes, 0, bytes.length)).toBeUndefined();
});
