import { describe, expect, test } from "@jest/globals";
import { readDialect } from "../../../src/sources/dialect.ts";

const dialectOf = (text: string | Buffer) => readDialect(Buffer.from(text as string), true);

describe("the dialect of a file", () => {
  test.each([
    ["commas", "id,type\n1,2\n", { delimiter: ",", header: ["id", "type"], headerBytes: 8, headerLines: 1 }],
    ["semicolons", "id;type\n", { delimiter: ";", header: ["id", "type"] }],
    ["tabs", "id\ttype\n", { delimiter: "\t", header: ["id", "type"] }],
    ["bars", "id|type\n", { delimiter: "|", header: ["id", "type"] }],
    ["delimiters in quotes", '"id";"a,b,c,d";type\n', { delimiter: ";", header: ["id", "a,b,c,d", "type"] }],
    ["a byte order mark", "\ufeffid,type\n", { header: ["id", "type"], headerBytes: 11 }],
    ["CRLF", "id,type\r\n1,2\r\n", { header: ["id", "type"], headerBytes: 9 }],
    ["CR", "id,type\r1,2\r", { header: ["id", "type"], headerBytes: 8 }],
    ["blank lines first", "\n\nid,type\n", { header: ["id", "type"], headerBytes: 10, headerLines: 3 }],
    ["a header over two lines", '"id","a\nb"\n', { header: ["id", "a\nb"], headerBytes: 11, headerLines: 2 }],
    [
      "a first name over two lines",
      '"\nid";"a";type\n',
      { delimiter: ";", header: ["\nid", "a", "type"], headerLines: 2 },
    ],
    ["commas in a quoted name", '"id, of it";type\n', { delimiter: ";" }],
    ["commas in a name nobody asked for", "id;type;store_id;a, b, c, d, e\n", { delimiter: ";" }],
    ["bars in names nobody asked for", "a|b|c|d,id,type\n", { delimiter: "," }],
    ["known names in quotes", '"ID"\t"Store Id"\t"a,b,c,d"\n', { delimiter: "\t" }],
    ["names that nobody knows", "a;b;c,d\n", { delimiter: ";" }],
    ["no line end", "id,type", { header: ["id", "type"], headerBytes: 7, headerLines: 1 }],
    ["one column", "id\n", { delimiter: ",", header: ["id"] }],
  ])("is found: %s", async (_, text, expected) => {
    expect(await dialectOf(text)).toMatchObject(expected);
  });

  test.each([
    ["nothing", "", /the file is empty/, true],
    ["nothing but a byte order mark", "\ufeff", /the file is empty/, true],
    ["blank lines only", "\n\n", /no header found: all lines are blank/, true],
    ["an unclosed quote", 'id,"type\n1,2\n', /not a well-formed line/, false],
    ["a stray quote", 'id,ty"pe\n', /not a well-formed line/, false],
    ["a line of quotes", `${'"'.repeat(1_001)}\n`, /not a well-formed line/, false],
  ])("is refused with a reason: %s", async (_, text, reason, isEmpty) => {
    expect(await dialectOf(text)).toEqual({ refusal: expect.stringMatching(reason), isEmpty });
  });

  test.each([
    ["a line that goes on", "id,".repeat(1_000)],
    ["blank lines that go on", "\n".repeat(1_000)],
    ["a quote that is not closed", `id,"${"type\n".repeat(1_000)}`],
  ])("is not looked for behind the beginning: %s", async (_, text) => {
    expect(await readDialect(Buffer.from(text), false)).toEqual({
      refusal: expect.stringContaining(`no header found in the first ${text.length} bytes`),
      isEmpty: false,
    });
  });
});
