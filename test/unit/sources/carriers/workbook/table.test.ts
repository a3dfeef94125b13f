import { describe, expect, test } from "@jest/globals";
import { frameRecords } from "../../../../../src/sources/frameRecords.ts";
import { TRANSACTIONS_HEADER } from "../../../../fixtures/sourceText.ts";
import {
  HEADER_ROW,
  inline,
  recordsOf,
  row,
  textOfWritten,
  textOfXml,
} from "../../../../fixtures/workbooks/readWorkbook.ts";
import { writeWorkbook, type CellValue } from "../../../../fixtures/workbooks/writeWorkbook.ts";

const value = (text: string | number): string => `<c><v>${text}</v></c>`;
const at = (place: string, number: number | string): string => `<c r="${place}"><v>${number}</v></c>`;
const record = (id: number): string => row(value(id), inline("a"), value(2));

describe("the table of a workbook is", () => {
  test("on the sheet with a header, a hidden one only where no other has it", async () => {
    const notes = { name: "Notes", rows: row(inline("About these files")) };
    const other = { name: "Other", rows: row(inline("id"), inline("name")) + record(8) };
    const hidden = { name: "Hidden", state: "veryHidden" as const, rows: HEADER_ROW + record(9) };
    const shown = { name: "Data", rows: HEADER_ROW + record(1) };
    expect(await textOfXml({ sheets: [hidden, notes, other, shown] })).toBe("id,name,amount\n1,a,2\n");
    expect(await textOfXml({ sheets: [notes, hidden] })).toBe("id,name,amount\n9,a,2\n");
  });

  test.each(["visible", "hidden"] as const)("none where two sheets have a header: %s", async (state) => {
    const sheets = ["Sales 2021", "About", "Sales 2022"].map((name, index) => ({
      ...{ name, state, rows: name === "About" ? row(inline("id")) : HEADER_ROW + record(index) },
    }));
    await expect(textOfXml({ sheets })).rejects.toThrow(
      "2 of its sheets have the header of a known file: Sales ####, Sales ####; save each as a workbook of its own, or hide what is not to be loaded",
    );
  });

  test("below its header, which one of the first 50 rows is", async () => {
    const title = row(inline("Sales of 2022, by card"));
    const padded = (rows: number): Promise<string> =>
      textOfXml({ sheets: [{ rows: title + row().repeat(rows - 2) + HEADER_ROW + record(1) }] });
    expect(await padded(50)).toBe(`${"\n".repeat(49)}id,name,amount\n1,a,2\n`);
    await expect(padded(51)).rejects.toThrow("none of its sheets has the header");
  });

  test("as wide as its header, wherever that begins", async () => {
    const header =
      '<c r="B3" t="inlineStr"><is><t>id</t></is></c><c r="C3" t="inlineStr"><is><t>name</t></is></c>' +
      '<c r="E3" t="inlineStr"><is><t>amount</t></is></c><c r="F3" t="inlineStr"><is><t> </t></is></c>';
    const rows =
      `<row r="3">${header}</row>` +
      // A number of the row before the table is none of its cells.
      `<row r="4">${at("A4", 1)}${at("B4", 11)}${at("E4", 5)}</row>` +
      // Nothing behind it: a formula without a value, an empty text.
      `<row r="5">${at("B5", 12)}<c r="F5"><f>A1</f></c><c r="G5" t="inlineStr"><is><t/></is></c></row>` +
      `<row r="6">${at("B6", 13)}${at("XFD6", 6)}</row>` +
      // Notes beside the table, in a row without a record.
      `<row r="7">${at("A7", 7)}${at("G7", 7)}</row>` +
      `<row r="8">${at("E8", 8)}</row>`;
    expect(await textOfXml({ sheets: [{ rows }] })).toBe(
      "\n\nid,name,,amount\n11,,,5\n12,,,\n13,,,,\n\n,,,8\n",
    );
  });

  test("wide by shared strings as well, of which empty ones are nothing", async () => {
    const shared = (place: string, index: number): string => `<c r="${place}" t="s"><v>${index}</v></c>`;
    const strings =
      "<si><t>id</t></si><si><t>name</t></si><si><t>amount</t></si><si><t></t></si><si><t>x</t></si>";
    const rows =
      row(shared("A1", 3), shared("B1", 0), shared("C1", 1), shared("D1", 2), shared("E1", 3)) +
      row(shared("A2", 4), shared("B2", 4), shared("E2", 3)) +
      row(shared("B3", 3), shared("C3", 3)) +
      row(shared("C4", 4), shared("E4", 4));
    expect(await textOfXml({ sheets: [{ rows }], strings })).toBe("id,name,amount\nx,,\n\n,x,,\n");
  });
});

describe("line N of the text is row N of the sheet", () => {
  test("whatever rows are missing, empty, without a number or hold line breaks", async () => {
    const rows =
      HEADER_ROW +
      `<row r="3">${at("A3", 3)}</row>` +
      row(value(4), inline("a\nb&#13;&#10;c")) +
      row(inline("")) +
      `<row r="6" hidden="1">${at("A6", 6)}</row>` +
      '<row r="7" spans="1:3" s="1" customFormat="1"/>' +
      `<row r="1048576">${at("A1048576", 1_048_576)}</row>`;
    const text = Buffer.from(await textOfXml({ sheets: [{ rows }] }));
    const { frames, lines } = frameRecords(text, true, {
      delimiter: 0x2c,
      fieldCount: 3,
      maxRecordBytes: 1_000,
    });
    const found = Array.from({ length: frames.count }, (_, index) => [
      Number(frames.lines[index]) + 1,
      /id|\d+/.exec(text.toString("utf8", frames.starts[index], frames.ends[index]))?.[0],
    ]);
    expect(found).toEqual([
      [1, "id"],
      [3, "3"],
      [4, "4"],
      [6, "6"],
      [1_048_576, "1048576"],
    ]);
    expect(lines).toBe(1_048_576);
  });

  test("and cells may be in any order", async () => {
    expect(await recordsOf(`<row r="2">${at("C2", 3)}${at("A2", 1)}<c><v>2</v></c></row>`)).toEqual([
      "1,2,3",
    ]);
  });

  test.each([
    [
      "rows out of order",
      `<row r="5">${value(1)}</row><row r="4">${value(2)}</row>`,
      "row 4 stands behind row 5",
    ],
    ["a row twice", `<row r="5">${value(1)}</row><row r="5">${value(2)}</row>`, "row 5 stands behind row 5"],
    ["a row below the last", '<row r="1048577"/>', "a row has a number that no row has"],
    ["a row before the first", '<row r="0"/>', "a row has a number that no row has"],
    ["a row of no number", '<row r="x"/>', "a row has a number that no row has"],
    ["a cell twice", row(at("A2", 1), at("A2", 2)), "row 2 has two cells in column 1"],
    ["a cell behind the last column", row(at("XFE2", 1)), "a cell of row 2 has a place that no cell has"],
    ["a cell in no column", row(at("2", 1)), "a cell of row 2 has a place that no cell has"],
    [
      "more cells than columns",
      row(...Array<string>(16_385).fill('<c r="D2"/>')),
      "row 2 has more cells than columns",
    ],
    [
      "a cell of no shared string",
      row('<c t="s"><v>0</v></c>'),
      "its list of strings is shorter than its cells say",
    ],
    [
      "a cell of half a shared string",
      row('<c t="s"><v>0.5</v></c>'),
      "a cell of row 2 refers to no shared string",
    ],
  ])("but not of a sheet with %s", async (_name, rows, why) => {
    await expect(recordsOf(rows)).rejects.toThrow(why);
  });
});

describe("an error in a cell", () => {
  const sale = TRANSACTIONS_HEADER.trim().split(",");
  const textOfSale = (changes: Readonly<Record<string, CellValue>>): Promise<string> =>
    textOfWritten(
      (path) =>
        writeWorkbook(path, [
          {
            rows: () => [
              [...sale, "note"],
              [...sale.map((name) => changes[name] ?? "1"), changes["note"] ?? null],
            ],
          },
        ]),
      { isHeader: (names) => names[0] === "id" },
    );
  const error = { error: "#REF!" };

  test("is what a formula is that was never calculated", async () => {
    const formula = (column: string) =>
      row(...sale.map((name) => (name === column ? "<c><f>A1</f></c>" : value(1))));
    const names = row(...sale.map((name) => inline(name)));
    const text = await textOfXml(
      { sheets: [{ rows: names + formula("amount") + formula("card_number") }] },
      { isHeader: (header) => header[0] === "id" },
    );
    const [, amount, card] = text.split("\n");
    expect(amount).toMatch(/^\{"rejected":\{"reason":"cell_error","column":"amount"\}/);
    expect(card).toMatch(/^1,.*,\(not calculated\)/);
  });

  test.each(["id", "product_name", "product_sku", "amount", "happened_at"])(
    "rejects its record, where a value has to be: %s",
    async (column) => {
      const text = await textOfSale({ [column]: error, note: error });
      const fields = [...sale.map((name) => (name === column ? "#REF!" : "1")), "#REF!"];
      expect(text.split("\n")[1]).toBe(
        JSON.stringify({ rejected: { reason: "cell_error", column }, text: `${fields.join(",")}\n` }),
      );
    },
  );

  test.each(["card_number", "cvv", "note"])(
    "is left to who reads it, if anybody does: %s",
    async (column) => {
      const text = await textOfSale({ [column]: error });
      expect(text.split("\n")[1]).toMatch(/^1,.*#REF!/);
    },
  );
});

test("a workbook without the table says what it has instead, and no digit of it", async () => {
  const sheets = [
    { name: "Cards 4111", rows: row(inline("4111 1111 1111 1111"), value(7)) + row(inline("later")) },
    { name: "Empty" },
    ...Array.from({ length: 9 }, (_, index) => ({ name: `S${index}`, rows: row(inline("x")) })),
  ];
  await expect(textOfXml({ sheets })).rejects.toThrow(
    "none of its sheets has the header of a known file in its first 50 rows; they begin with: " +
      "Cards #### (#### #### #### ####, #); Empty (empty); " +
      `${Array<string>(8).fill("S# (x)").join("; ")} and 1 more`,
  );
});
