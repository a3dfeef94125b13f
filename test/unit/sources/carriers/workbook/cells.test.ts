import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseFramedText } from "../../../../../src/sources/parseFramedText.ts";
import {
  HEADER_ROW,
  inline,
  recordsOf,
  row,
  textOfWritten,
  textOfXml,
} from "../../../../fixtures/workbooks/readWorkbook.ts";
import { STYLES, workbookParts } from "../../../../fixtures/workbooks/workbookParts.ts";
import { writeWorkbook, type Manner } from "../../../../fixtures/workbooks/writeWorkbook.ts";
import { writeZip } from "../../../../fixtures/workbooks/zipFile.ts";
import { trials } from "../../../../fixtures/trials.ts";

/** What a cell becomes, in the second column of a record. */
async function cell(xml: string, parts: Parameters<typeof recordsOf>[1] = {}): Promise<string> {
  const [record = ""] = await recordsOf(row("<c><v>1</v></c>", xml, "<c><v>2</v></c>"), parts);
  expect(record).toMatch(/^1,.*,2$/s);
  return record.slice(2, -2);
}

describe("a cell", () => {
  test.each([
    ["a number", "<c><v>42.50</v></c>", "42.5"],
    ["a number that says so", '<c t="n"><v>3.770009015048E12</v></c>', "3770009015048"],
    ["a number with more than 15 digits", "<c><v>4556596815473496</v></c>", "4.55659681547350E+15"],
    ["no number at all", "<c><v>1,5</v></c>", '"1,5"'],
    ["truth", '<c t="b"><v>1</v></c>', "TRUE"],
    ["untruth", '<c t="b"><v>0</v></c>', "FALSE"],
    ["an error", '<c t="e"><v>#N/A</v></c>', "#N/A"],
    ["an ISO 8601 date", '<c t="d"><v>2022-05-15T08:10:46</v></c>', "2022-05-15T08:10:46"],
    ["what a formula came to", "<c><f>SUM(A1:A9)</f><v>749.10000000000002</v></c>", "749.1"],
    [
      "the text that a formula came to",
      '<c t="str"><f>A1&amp;"x"</f><v>a, &quot;b&quot;</v></c>',
      '"a, ""b"""',
    ],
    ["a formula that was never worked out", "<c><f>NOW()</f></c>", "(not calculated)"],
    ["a formula that came to nothing", '<c t="str"><f>A1</f><v></v></c>', ""],
    ["a shared formula", '<c><f t="shared" si="1"/><v>7</v></c>', "7"],
    ["nothing", "<c/>", ""],
    ["an empty value", "<c><v></v></c>", ""],
    ["an empty text", '<c t="inlineStr"><is><t/></is></c>', ""],
    ["white space", inline(" \n "), ""],
    ["a text in its cell", inline("  a &amp; b "), "  a & b "],
    ["a text that looks like a number", inline("0042.0"), "0042.0"],
    [
      "a text in runs, with what says how it is read aloud",
      '<c t="inlineStr"><is><r><rPr><b/></rPr><t>a</t></r><rPh sb="0" eb="1"><t>not this</t></rPh><r><t xml:space="preserve"> b</t></r><phoneticPr/></is></c>',
      "a b",
    ],
    ["a text with CDATA in it", inline("a<![CDATA[<b>]]>c"), "a<b>c"],
    ["escapes", inline("a_x0009_b_x005F_x0041__x00e9_"), "a\tb_x0041_é"],
    ["an escape of half a character", inline("_xD83D_"), "_xD83D_"],
    ["an escape of a character in halves", inline("_xD83D__xDE00_"), "😀"],
    ["a type that nobody knows", '<c t="zz"><v>a,b</v></c>', '"a,b"'],
  ])("holds %s", async (_name, xml, field) => {
    expect(await cell(xml)).toBe(field);
  });

  test("holds a shared string, plain, in runs, or empty", async () => {
    const strings = "<si><t>a, b</t></si><si><r><t>x</t></r><rPh><t>no</t></rPh><r><t>y</t></r></si><si/>";
    const shared = (index: number): Promise<string> => cell(`<c t="s"><v>${index}</v></c>`, { strings });
    expect(await shared(0)).toBe('"a, b"');
    expect(await shared(1)).toBe("xy");
    expect(await shared(2)).toBe("");
  });

  test("with line breaks is noted with its record, letter for letter", async () => {
    const noted = (cell: string, strings = "") =>
      recordsOf(row("<c><v>1</v></c>", cell, "<c><v>2</v></c>"), { strings });
    const fields = (text: string): string[] => [JSON.stringify({ fields: ["1", text, "2"] })];
    expect(await noted(inline('a\n"b"'))).toEqual(fields('a\n"b"'));
    expect(await noted(inline("a&#13;&#10;b"))).toEqual(fields("a\r\nb"));
    expect(await noted(inline("a_x000D_b"))).toEqual(fields("a\rb"));
    expect(await noted('<c t="str"><v>a&#10;b</v></c>')).toEqual(fields("a\nb"));
    expect(await noted('<c t="s"><v>1</v></c>', "<si/><si><t>c_x000D_&#10;d</t></si>")).toEqual(
      fields("c\r\nd"),
    );
    expect(await noted('<c t="s"><v>0</v></c>', "<si><t>, e</t></si><si><t>c&#10;d</t></si>")).toEqual([
      '1,", e",2',
    ]);
  });
});

describe("a number with a style that shows", () => {
  const styled = (style: number, serial: string, properties = ""): Promise<string> =>
    cell(`<c s="${style}"><v>${serial}</v></c>`, { styles: STYLES, properties });

  test.each([
    ["a date", 1, "44850", "2022-10-16 00:00:00"],
    ["a date of its format's name", 2, "44850.161516203705", "2022-10-16 03:52:35"],
    ["milliseconds", 3, "44850.161516203705", "2022-10-16 03:52:35.000"],
    ["a duration", 4, "1.5", "1900-01-01 12:00:00"],
    ["a number", 5, "44850.5", "44850.5"],
    ["a number, of no style that is there", 99, "44850.5", "44850.5"],
    ["a date, but is none", 2, "-3", "-3"],
    ["a date, but is far too late", 2, "3770009015048", "3770009015048"],
    ["a date, but is text", 2, "soon", "soon"],
  ])("%s", async (_name, style, serial, field) => {
    expect(await styled(style, serial)).toBe(field);
  });

  test("a date is counted from 1904 where the workbook says so", async () => {
    expect(await styled(2, "43388.161516203705", 'date1904="1"')).toBe("2022-10-16 03:52:35");
    expect(await styled(2, "43388.161516203705", 'date1904="true"')).toBe("2022-10-16 03:52:35");
    expect(await styled(2, "44850.161516203705", 'date1904="0"')).toBe("2022-10-16 03:52:35");
  });

  test("a date, and is a formula's or says that it is a number", async () => {
    const styles = { styles: STYLES };
    expect(await cell('<c s="1" t="n"><f>TODAY()</f><v>44850</v></c>', styles)).toBe("2022-10-16 00:00:00");
    expect(await cell('<c s="1" t="str"><v>44850</v></c>', styles)).toBe("44850");
  });
});

type PlainValue = string | number | boolean | null;

describe("a table of any cells", () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom("a", ",", "\n", "\r", '"', " ", "<", "&", "_x000D_", "é", "😀", "]]>"),
      fc.string({ maxLength: 1 }),
    ),
  });
  const value = fc.oneof<fc.Arbitrary<PlainValue>[]>(
    text,
    fc.integer({ min: -1e14, max: 1e14 }),
    fc.integer({ min: 0, max: 1e12 }).map((cents) => cents / 100),
    fc.boolean(),
    fc.constant(null),
  );
  const tables = fc.array(fc.array(value, { minLength: 3, maxLength: 3 }), { maxLength: 20 });

  test.each(["spreadsheet", "exporter"] as const)("is read as it was written: %s", async (manner) => {
    await fc.assert(
      fc.asyncProperty(tables, fc.boolean(), async (table, zip64) => {
        const written = await textOfWritten((path) =>
          writeWorkbook(path, [{ rows: () => [["id", "name", "amount"], ...table] }], manner, { zip64 }),
        );
        expect(await cellsOf(written, table.length)).toEqual(table.map(asCells));
      }),
      { numRuns: trials({ quick: 50, all: 1_000 }) },
    );
  });

  /** Cells by row; of a row without any, none. */
  async function cellsOf(written: string, rows: number): Promise<string[][]> {
    const lines = written.split("\n").slice(1, -1);
    const cells: string[][] = [];
    for (let index = 0; index < rows; index += 1) {
      const line = lines[index] ?? "";
      if (line.startsWith('{"fields":')) cells.push((JSON.parse(line) as { fields: string[] }).fields);
      else cells.push(line === "" ? [] : ((await parseFramedText(`${line}\n`, ","))[0] ?? []));
    }
    return cells;
  }

  function asCells(values: readonly PlainValue[]): string[] {
    const cells = values.map((cell) => {
      if (typeof cell === "boolean") return cell ? "TRUE" : "FALSE";
      const text = String(cell ?? "");
      return text.trim() === "" ? "" : text;
    });
    return cells.every((cell) => cell === "") ? [] : cells;
  }
});

describe("the manner of a workbook makes no difference", () => {
  const rows = [
    ["id", "name", "amount"],
    [1, "Tulips, red", { serial: 44_850.5 }],
    [2, null, 3.5],
  ] as const;
  const expected = 'id,name,amount\n1,"Tulips, red",2022-10-16 12:00:00\n2,,3.5\n';

  test.each<[string, Manner, object]>([
    ["of a spreadsheet", "spreadsheet", {}],
    ["of an exporter", "exporter", {}],
    ["in zip64", "spreadsheet", { zip64: true }],
    ["stored as it is", "spreadsheet", { compress: false }],
  ])("%s", async (_name, manner, options) => {
    const text = await textOfWritten((path) => writeWorkbook(path, [{ rows: () => rows }], manner, options));
    expect(text).toBe(expected);
  });

  test("of the strict form, with prefixes, names in other cases, and paths from the root", async () => {
    const parts = workbookParts({ sheets: [{ rows: "" }], styles: STYLES });
    const strict = "http://purl.oclc.org/ooxml/spreadsheetml/main";
    const relations = "http://purl.oclc.org/ooxml/officeDocument/relationships";
    const sheet =
      `<x:worksheet xmlns:x="${strict}"><x:sheetData>` +
      '<x:row r="1"><x:c r="A1" t="inlineStr"><x:is><x:t>id</x:t></x:is></x:c><x:c r="b1" t="inlineStr"><x:is><x:t>name</x:t></x:is></x:c><x:c r="C1" t="inlineStr"><x:is><x:t>amount</x:t></x:is></x:c></x:row>' +
      "<x:row r='2'><x:c r='A2'><x:v>1</x:v></x:c><row><c r='A9'><v>9</v></c></row><x:c r='C2' s='2'><x:v>44850.5</x:v></x:c></x:row>" +
      "</x:sheetData></x:worksheet>";
    const written = (path: string): Promise<void> =>
      writeZip(path, {
        ...parts,
        "xl/workbook.xml": `<a:workbook xmlns:a="${strict}" xmlns:b="${relations}"><a:sheets><a:sheet name="S" sheetId="1" b:id="one"/></a:sheets></a:workbook>`,
        "xl/_rels/workbook.xml.rels":
          '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">' +
          `<Relationship Id="one" Type="${relations}/worksheet" Target="/XL/Worksheets/../worksheets/Data.xml"/>` +
          `<Relationship Id="two" Type="${relations}/styles" Target="styles.xml"/></Relationships>`,
        "xl/worksheets/data.xml": sheet,
      });
    expect(await textOfWritten(written)).toBe("id,name,amount\n1,,2022-10-16 12:00:00\n");
  });

  test("with everything else that a sheet may have around its rows", async () => {
    const xml =
      '<worksheet xmlns:mc="x"><sheetPr/><dimension ref="A1:C9"/><sheetViews><sheetView><row><c><v>0</v></c></row></sheetView></sheetViews>' +
      `<sheetData>${HEADER_ROW}<row r="2" spans="1:3" hidden="1"><c r="A2"><v>1</v><extLst><ext><v>8</v><t>no</t></ext></extLst></c><mc:c><v>9</v></mc:c></row></sheetData>` +
      '<autoFilter ref="A1:C9"/><mergeCells><mergeCell ref="A2:B2"/></mergeCells><row><c><v>7</v></c></row></worksheet>';
    expect(await textOfXml({ sheets: [{ xml }] })).toBe("id,name,amount\n1,,\n");
  });
});
